import type { Counts } from '../queue/queue-client.ts';
import type { OffsetRange } from './on-failure.ts';
import type { Reading } from './read-message.ts';
import { timeOf } from './selection.ts';

/** Dead letters that have something in common. */
interface Tally {
  count: number;
  /** When the first and the last of them was written; ISO 8601. */
  first: string;
  last: string;
}

interface OnFailureEntry {
  readonly messageId: string;
  readonly condition: string;
  readonly timestamp: string;
  readonly ranges: readonly OffsetRange[];
}

/** What is in a queue, without the data. */
export interface Summary {
  /** SQS's own counts, which are approximate; null when the caller may not ask. */
  readonly counts: Counts | null;
  /** Messages received, selected or not. */
  readonly received: number;
  /** Whether SQS had no more messages to deliver. */
  readonly complete: boolean;
  readonly deadLetters: number;
  /** Distinct records among the dead letters; SQS can hold duplicates. */
  readonly records: number;
  /** Dead letters with failed replay attempts. */
  readonly replayFailed: number;
  readonly reasons: readonly (Tally & { readonly reason: string; readonly message: string })[];
  readonly partitions: readonly (Tally & { readonly partition: string })[];
  readonly versions: readonly (Tally & { readonly sinkVersion: string })[];
  readonly onFailure: readonly OnFailureEntry[];
  /** Dead letters of unknown versions, counted by version. */
  readonly unknownVersions: Readonly<Record<string, number>>;
  /** Ids of messages that are neither dead letters nor on-failure messages. */
  readonly foreign: readonly string[];
}

/** Counts messages one by one. */
export function createSummary() {
  const reasons = createTallies<{ reason: string; message: string }>();
  const partitions = createTallies<{ partition: string }>();
  const versions = createTallies<{ sinkVersion: string }>();
  const records = new Set<string>();
  const onFailure: OnFailureEntry[] = [];
  const unknownVersions: Record<string, number> = {};
  const foreign: string[] = [];
  let deadLetters = 0;
  let replayFailed = 0;

  return {
    add(reading: Reading): void {
      if (reading.kind === 'foreign') foreign.push(reading.message.id);
      else if (reading.kind === 'unknown-version')
        unknownVersions[reading.version] = (unknownVersions[reading.version] ?? 0) + 1;
      else if (reading.kind === 'on-failure') {
        const { condition, timestamp, ranges } = reading.onFailure;
        onFailure.push({ messageId: reading.message.id, condition, timestamp, ranges });
      } else {
        const { id, reason, message, record, sinkVersion } = reading.deadLetter;
        const time = timeOf(reading);
        deadLetters += 1;
        records.add(id);
        if (reading.attempts > 0) replayFailed += 1;
        const { topic, partition } = record;
        reasons.add({ reason, message }, time);
        partitions.add({ partition: `${topic ?? 'unknown'}-${partition ?? 'unknown'}` }, time);
        versions.add({ sinkVersion }, time);
      }
    },
    end: (queue: Pick<Summary, 'counts' | 'received' | 'complete'>): Summary => ({
      ...queue,
      deadLetters,
      records: records.size,
      replayFailed,
      reasons: reasons.sorted(),
      partitions: partitions.sorted(),
      versions: versions.sorted(),
      onFailure,
      unknownVersions,
      foreign,
    }),
  };
}

/** Counts dead letters by what they have in common; the largest tally comes first. */
function createTallies<K extends object>() {
  const tallies = new Map<string, { key: K; count: number; first: number; last: number }>();
  return {
    add(key: K, time: number): void {
      const name = JSON.stringify(key);
      const tally = tallies.get(name) ?? { key, count: 0, first: time, last: time };
      tally.count += 1;
      tally.first = Math.min(tally.first, time);
      tally.last = Math.max(tally.last, time);
      tallies.set(name, tally);
    },
    sorted: (): (K & Tally)[] =>
      [...tallies.values()]
        .sort((a, b) => b.count - a.count)
        .map(({ key, count, first, last }) => ({
          ...key,
          count,
          first: new Date(first).toISOString(),
          last: new Date(last).toISOString(),
        })),
  };
}
