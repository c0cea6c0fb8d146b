import type { Flushed } from '../../src/postgres/write/flush.ts';

/** What became of a record: one word, where the sink keeps its promises. */
export function fateOf(flushed: Flushed, record: unknown): string {
  const { stored, conflicts, rejected, failed } = flushed;
  const fates = [
    ...stored.filter((one) => one === record).map(() => 'stored'),
    ...conflicts.filter((one) => one.record === record).map(({ rule }) => rule),
    ...rejected.filter((one) => one.record === record).map(() => 'rejected'),
    ...failed.filter((one) => one.record === record).map(() => 'failed'),
  ];
  return fates.join(' and ') || 'lost';
}
