import { setTimeout as sleep } from 'node:timers/promises';
import type { Display } from '../../src/cli/display.ts';
import { progressLine } from '../display.ts';
import type { Counts } from './look.ts';

/** Time in ms between two looks, and between two lines of progress. */
const LOOK_MS = 100;
const PROGRESS_MS = 1000;
/** Nothing that a run does takes so long, in ms, but the waiting for more records. */
const STALLED_MS = 60_000;

/** What is followed. */
export interface Followed<L extends Counts> {
  readonly title: string;
  /** The counts before it began. */
  readonly from: Counts;
  /** Its records. */
  readonly total: number;
  look(): Promise<L>;
  /** What the sink said last, for the error. */
  lastLines?(): string;
  /** What the line of progress says beside the counts. */
  detail?(look: L): string | Promise<string>;
  /** How long records may wait for more, in ms; default: there are more. */
  readonly flushIntervalMs?: number;
  readonly display: Display;
  readonly signal: AbortSignal;
}

/**
 * Looks again and again until a condition holds, and shows the progress.
 *
 * @param done gets each look
 * @param meanwhile what goes on at the same time
 * @returns the last look
 * @throws what `meanwhile` rejects with; Error when no record is acknowledged for a minute and what they may wait
 */
export async function follow<L extends Counts>(
  followed: Followed<L>,
  done: (look: L) => boolean,
  meanwhile: readonly Promise<unknown>[] = [],
): Promise<L> {
  const { title, from, total, look, detail, display, signal } = followed;
  const { flushIntervalMs = 0, lastLines = () => '' } = followed;
  const stalledMs = STALLED_MS + flushIntervalMs;
  const failures = meanwhile.map(failureOf);
  let shown = { at: performance.now(), acknowledged: from.acknowledged };
  let moved = shown;
  for (;;) {
    const now = await Promise.race([look(), ...failures]);
    const at = performance.now();
    const isDone = done(now);
    if (isDone || at - shown.at >= PROGRESS_MS) {
      const rate = ((now.acknowledged - shown.acknowledged) / (at - shown.at)) * 1000;
      const words = await detail?.(now);
      display.progress(progressLine(title, now, { from, total, rate, detail: words ?? '' }));
      shown = { at, acknowledged: now.acknowledged };
    }
    if (isDone) return now;
    if (now.acknowledged > moved.acknowledged) moved = { at, acknowledged: now.acknowledged };
    else if (at - moved.at > stalledMs)
      throw new Error(`No record was acknowledged for ${stalledMs / 1000} s. ${lastLines()}`);
    await Promise.race([sleep(LOOK_MS, undefined, { signal }), ...failures]);
  }
}

/** Rejects when the promise does, and never resolves. */
function failureOf(promise: Promise<unknown>): Promise<never> {
  return new Promise((_, reject) => promise.catch(reject));
}
