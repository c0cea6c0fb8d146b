import type { Gone, WhyGone } from '../../kafka/gaps.ts';

/** Offsets that were looked for in Kafka and are not there. */
export interface Lost extends Omit<Gone, 'kind'> {
  readonly topic: string;
  readonly partition: number;
}

/**
 * Whether the records will never be there again. Otherwise it may be another cluster, or the end of the log: then nothing
 * is discarded, whatever was asked for.
 */
export function isForGood({ why }: Lost): boolean {
  return why === 'deleted' || why === 'compacted';
}

const WORDS = {
  deleted: 'deleted by retention',
  compacted: 'compacted away',
  aborted: 'taken back by their producer',
  'not-written-yet': 'beyond the end of the log; is this the right cluster?',
  'no-such-partition': 'no such partition; is this the right cluster?',
  'no-such-topic': 'no such topic; is this the right cluster?',
} as const satisfies Record<WhyGone, string>;

/** The exact offsets, and why they are not there. */
export function describeLost({ topic, partition, first, last, why }: Lost): string {
  const offsets = first === last ? `offset ${first}` : `offsets ${first} to ${last}`;
  return `${topic}-${partition} ${offsets} (${WORDS[why]})`;
}
