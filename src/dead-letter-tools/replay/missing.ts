import type { Gone, WhyGone } from '../../kafka/gaps.ts';

/** Offsets that Kafka does not have. */
export interface Missing extends Omit<Gone, 'kind'> {
  readonly topic: string;
  readonly partition: number;
}

/**
 * Whether the records are missing for good. If not, this may be another cluster, or the end of the log, and nothing is
 * discarded, whatever the options say.
 */
export function isForGood({ why }: Missing): boolean {
  return why === 'deleted' || why === 'compacted';
}

const REASONS = {
  deleted: 'deleted by retention',
  compacted: 'compacted away',
  aborted: 'aborted by their producer',
  'not-written-yet': 'beyond the end of the log: is this the right cluster?',
  'no-such-partition': 'no such partition: is this the right cluster?',
  'no-such-topic': 'no such topic: is this the right cluster?',
} as const satisfies Record<WhyGone, string>;

/** The exact offsets, and why Kafka does not have them. */
export function describeMissing({ topic, partition, first, last, why }: Missing): string {
  const offsets = first === last ? `offset ${first}` : `offsets ${first} to ${last}`;
  return `${topic}-${partition} ${offsets} (${REASONS[why]})`;
}
