import type { Deadline } from '../../timing/deadline.ts';
import type { Connection } from '../connection/session.ts';
import { type Copy, createCopyBackoff, isDeclined } from './copy/copy-backoff.ts';
import { judgeRows } from './judge/judge-rows.ts';
import type { Learning } from './judge/learning.ts';
import type { JudgedCopy } from './judge-and-copy.ts';

/**
 * Offers to judge rows and copy the sound ones, as long as some are refused and that probably succeeds.
 *
 * @param run does work on a connection; it tries again what can pass
 * @param copyLines stores lines by COPY
 */
export function createOfferJudged(
  { now, count, forget }: Pick<Learning, 'now' | 'count' | 'forget'>,
  run: <T>(deadline: Deadline, work: (connection: Connection) => Promise<T>) => Promise<T>,
  copyLines: (...copy: Parameters<Copy>) => Promise<number>,
): () => JudgedCopy | null {
  // Rows that were judged before fail less often than those that were not.
  const { offer, decline } = createCopyBackoff(copyLines);
  return () => {
    const judging = now();
    const copy = judging && offer();
    if (!copy) return null;
    return {
      copy,
      async judge(rows, deadline) {
        try {
          const judged = await run(deadline, (connection) =>
            judgeRows(connection, judging.judge, rows),
          );
          if (judged.current) {
            count(judged.refused.size + judged.rivals.length);
            return judged;
          }
          forget();
        } catch (error) {
          // A value is none of its type, the user may not see what it asks, or it takes too long.
          if (!isDeclined(error)) throw error;
          decline();
        }
        return null;
      },
    };
  };
}
