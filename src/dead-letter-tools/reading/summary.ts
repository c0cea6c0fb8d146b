import type { Counts } from '../queue/queue-client.ts';
import type { OffsetRange } from './on-failure.ts';
import type { Reading } from './read-message.ts';
import { timeOf } from './selection.ts';

/** Letters that have something in common. */
export interface Tally {
  letters: number;
  /** When the first and the last of them was written; ISO 8601. */
  first: string;
  last: string;
}

export interface NoticeEntry {
  readonly messageId: string;
  readonly condition: string;
  readonly timestamp: string;
  readonly ranges: readonly OffsetRange[];
}

/** What is in a queue, without the data. */
export interface Survey {
  /** As SQS counts, approximately; null where it may not be asked. */
  readonly counts: Counts | null;
  /** Messages that were received, and looked at. */
  readonly seen: number;
  /** Whether SQS had no more to hand out. */
  readonly complete: boolean;
  readonly letters: number;
  /** Records that the letters are about: a letter can come twice. */
  readonly records: number;
  /** Letters whose replay was tried in vain before. */
  readonly tried: number;
  readonly reasons: readonly (Tally & { readonly reason: string; readonly message: string })[];
  readonly partitions: readonly (Tally & { readonly partition: string })[];
  readonly versions: readonly (Tally & { readonly sinkVersion: string })[];
  readonly onFailure: readonly NoticeEntry[];
  /** Letters of versions that this sink does not know, by version. */
  readonly unknownVersions: Readonly<Record<string, number>>;
  /** Messages that are neither letters nor Lambda's, by id. */
  readonly foreign: readonly string[];
}

/** Counts messages one by one. */
export function createSurvey() {
  const reasons = createTallies<{ reason: string; message: string }>();
  const partitions = createTallies<{ partition: string }>();
  const versions = createTallies<{ sinkVersion: string }>();
  const records = new Set<string>();
  const onFailure: NoticeEntry[] = [];
  const unknownVersions: Record<string, number> = {};
  const foreign: string[] = [];
  let letters = 0;
  let tried = 0;

  return {
    add(reading: Reading): void {
      if (reading.kind === 'foreign') foreign.push(reading.message.id);
      else if (reading.kind === 'unknown-version')
        unknownVersions[reading.version] = (unknownVersions[reading.version] ?? 0) + 1;
      else if (reading.kind === 'on-failure') {
        const { condition, timestamp, ranges } = reading.notice;
        onFailure.push({ messageId: reading.message.id, condition, timestamp, ranges });
      } else {
        const { id, reason, message, record, sinkVersion } = reading.letter;
        const time = timeOf(reading);
        letters += 1;
        records.add(id);
        if (reading.attempts > 0) tried += 1;
        const { topic, partition } = record;
        reasons.add({ reason, message }, time);
        partitions.add({ partition: `${topic ?? 'unknown'}-${partition ?? 'unknown'}` }, time);
        versions.add({ sinkVersion }, time);
      }
    },
    end: (looked: Pick<Survey, 'counts' | 'seen' | 'complete'>): Survey => ({
      ...looked,
      letters,
      records: records.size,
      tried,
      reasons: reasons.sorted(),
      partitions: partitions.sorted(),
      versions: versions.sorted(),
      onFailure,
      unknownVersions,
      foreign,
    }),
  };
}

/** Tallies by what letters have in common, the largest first. */
function createTallies<K extends object>() {
  const tallies = new Map<string, { key: K; letters: number; first: number; last: number }>();
  return {
    add(key: K, time: number): void {
      const name = JSON.stringify(key);
      const tally = tallies.get(name) ?? { key, letters: 0, first: time, last: time };
      tally.letters += 1;
      tally.first = Math.min(tally.first, time);
      tally.last = Math.max(tally.last, time);
      tallies.set(name, tally);
    },
    sorted: (): (K & Tally)[] =>
      [...tallies.values()]
        .sort((a, b) => b.letters - a.letters)
        .map(({ key, letters, first, last }) => ({
          ...key,
          letters,
          first: new Date(first).toISOString(),
          last: new Date(last).toISOString(),
        })),
  };
}
