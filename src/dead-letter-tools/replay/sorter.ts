import { hash } from 'node:crypto';
import type { Message } from '../queue/queue-client.ts';
import {
  type DeadLetterReading,
  type OnFailureReading,
  type Reading,
  readMessage,
} from '../reading/read-message.ts';
import { isSelected, type Selection } from '../reading/selection.ts';

/** A letter with a name of its record, which all letters of that record have in common. */
export interface NamedLetter {
  readonly reading: DeadLetterReading;
  readonly record: string;
}

/** Messages of one batch, by what is to be done with them. Those that are in none of the lists are just held. */
export interface Sorted {
  readonly letters: readonly NamedLetter[];
  readonly notices: readonly OnFailureReading[];
  /** Letters of a record whose other letter is among the letters above, or was dealt with before. */
  readonly seconds: readonly NamedLetter[];
  /** Messages that were settled before, and came again all the same. */
  readonly again: readonly Message[];
  /** Meant, but not to be replayed. */
  readonly left: readonly { readonly reading: Reading; readonly why: string }[];
}

export interface Sorter {
  sort(messages: readonly Message[]): Sorted;
  /** Notes what became of a record; it decides about duplicates. */
  setFate(record: string, fate: RecordFate): void;
  fateOf(record: string): RecordFate | undefined;
  /** The message's record is safe. If SQS delivers the message again, it can be deleted. */
  markAcknowledged(message: Pick<Message, 'id'>): void;
  /** This run has sent the message itself, and does not take it. */
  markOwn(messageId: string): void;
  /** Whether as many were taken as are wanted. */
  readonly isFull: boolean;
}

/**
 * `done`: no letter of the record is needed any more. `kept`: one letter of it is in the queue for certain, so that others
 * are not needed.
 */
export type RecordFate = 'done' | 'kept';

/**
 * Decides which messages are taken, each once.
 *
 * SQS delivers a message at least once, and again when the time is up for which it was hidden; the sink writes a second
 * letter where a record was delivered twice. Messages are recognised by their id, letters of one record by the record's id
 * together with all that they say of it: after a topic was created anew, other records have the same coordinates.
 */
export function createSorter(selection: Selection, limit: number, maxAttempts: number): Sorter {
  const seen = new Set<string>();
  const acknowledged = new Set<string>();
  const fates = new Map<string, RecordFate>();
  let taken = 0;
  return {
    sort(messages) {
      const letters: NamedLetter[] = [];
      const notices: OnFailureReading[] = [];
      const seconds: NamedLetter[] = [];
      const again: Message[] = [];
      const left: { reading: Reading; why: string }[] = [];
      const here = new Set<string>();
      for (const message of messages) {
        if (acknowledged.has(message.id)) again.push(message);
        if (seen.has(message.id)) continue;
        const reading = readMessage(message);
        if (!isSelected(reading, selection)) {
          seen.add(message.id);
          continue;
        }
        if (reading.kind === 'foreign' || reading.kind === 'unknown-version') {
          seen.add(message.id);
          left.push({ reading, why: whyLeft(reading) });
          continue;
        }
        if (taken >= limit) continue;
        seen.add(message.id);
        if (reading.kind === 'on-failure') {
          taken += 1;
          notices.push(reading);
          continue;
        }
        const record = recordOf(reading);
        if (here.has(record) || fates.has(record)) {
          seconds.push({ reading, record });
          continue;
        }
        if (reading.attempts >= maxAttempts) {
          left.push({ reading, why: `it was tried ${reading.attempts} times in vain` });
          continue;
        }
        taken += 1;
        here.add(record);
        letters.push({ reading, record });
      }
      return { letters, notices, seconds, again, left };
    },
    setFate: (record, fate) => fates.set(record, fate),
    fateOf: (record) => fates.get(record),
    markAcknowledged: ({ id }) => acknowledged.add(id),
    markOwn: (id) => seen.add(id),
    get isFull() {
      return taken >= limit;
    },
  };
}

function recordOf({ deadLetter }: DeadLetterReading): string {
  const { id, record, valueSha256 } = deadLetter;
  const { topic, partition, offset, timestamp, key, value, headers } = record;
  const named = [id, topic, partition, offset, timestamp, key, value, valueSha256, headers];
  return hash('sha256', JSON.stringify(named), 'base64');
}

function whyLeft(reading: Extract<Reading, { kind: 'foreign' | 'unknown-version' }>): string {
  return reading.kind === 'foreign'
    ? 'it is neither a letter nor a note of Lambda'
    : `it is a letter of version ${reading.version}, which this sink does not know`;
}
