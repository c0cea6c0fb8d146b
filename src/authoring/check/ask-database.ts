import type pg from 'pg';
import type { Decoded } from '../../definition/compile.ts';
import { nameOfRow } from '../../postgres/write/key.ts';
import { storeAndRollBack } from '../../postgres/write/store-and-roll-back.ts';
import type { Issue } from '../../record/fates.ts';
import type { Table } from '../../record/table.ts';
import { startDeadline } from '../../timing/deadline.ts';
import { type Verdict, verdictOf } from './judge.ts';
import type { Message } from './read-messages.ts';

const LIMIT_MS = 120_000;

/** A message, and what the sink has decoded it to. */
export interface DecodedMessage {
  readonly message: Message;
  readonly decoded: Decoded;
}

/**
 * Asks PostgreSQL too: stores the rows in a transaction that is rolled back. A message that comes twice is there already
 * when it comes again.
 *
 * @param table the sink's, with all columns
 * @returns what becomes of each message, in their order
 * @throws whatever `pg` throws when the transaction itself fails
 */
export async function askDatabase(
  client: pg.ClientBase,
  messages: readonly DecodedMessage[],
  table: Table,
): Promise<readonly Verdict[]> {
  const rows = messages.flatMap(({ decoded }) => ('row' in decoded ? decoded : []));
  const deadline = startDeadline(LIMIT_MS);
  const { written, there } = await storeAndRollBack(client, rows, deadline).finally(() =>
    deadline.clear(),
  );
  const others = new Map(
    [...written.rejected, ...written.conflicts].map((one) => [one.record, one]),
  );
  const failures = new Map(written.failed.map(({ record, cause }) => [record, cause]));
  const before = new Set<string>();
  return messages.map(({ message, decoded }): Verdict => {
    const { record } = message;
    const verdict = verdictOf(message, (others.get(record) ?? decoded) as Decoded, table);
    if (!('row' in decoded) || (verdict.ending !== 'row' && verdict.ending !== 'tombstone'))
      return verdict;
    const failure = failures.get(record);
    if (failure) return { ...verdict, ending: 'failed', problems: [toProblem(failure.message)] };
    if (decoded.table.states) return { ...verdict, ending: 'stored' };
    const key = nameOfRow(decoded);
    const isThere = there.has(record) || before.has(key);
    before.add(key);
    return { ...verdict, ending: isThere ? 'already-there' : 'stored' };
  });
}

function toProblem(message: string): Issue {
  return { path: '', message: `${message} Run kafka-pg-sink doctor with the same settings.` };
}
