import { hash } from 'node:crypto';
import type { Message } from '../queue/queue-client.ts';
import {
  type DeadLetterReading,
  type OnFailureReading,
  type Reading,
  readMessage,
} from '../reading/read-message.ts';
import { idsOf, isSelected, type Selection } from '../reading/selection.ts';

/** A dead letter with a name of its record, which all dead letters of that record share. */
export interface NamedDeadLetter {
  readonly reading: DeadLetterReading;
  readonly record: string;
}

/** The messages of one batch, by what is to be done with them. Messages in none of the lists stay leased. */
export interface Sorted {
  readonly deadLetters: readonly NamedDeadLetter[];
  readonly onFailure: readonly OnFailureReading[];
  /** Dead letters of a record that another dead letter, above or in an earlier batch, is about too. */
  readonly duplicates: readonly NamedDeadLetter[];
  /** Messages that were acknowledged before, and that SQS delivered again all the same. */
  readonly redelivered: readonly Message[];
  /** Selected, but not to be replayed. */
  readonly left: readonly { readonly reading: Reading; readonly why: string }[];
}

export interface Sorter {
  sort(messages: readonly Message[]): Sorted;
  /** Remembers what became of a record, which decides about duplicates. */
  setFate(record: string, fate: RecordFate): void;
  fateOf(record: string): RecordFate | undefined;
  /** The message's record is safe. If SQS delivers the message again, it can be deleted. */
  markAcknowledged(message: Pick<Message, 'id'>): void;
  /** This run has sent the message itself, and does not take it. */
  markOwn(messageId: string): void;
  /** Whether the limit is reached. */
  readonly isFull: boolean;
  /** Ids that the selection names, of no message so far. */
  readonly notFound: ReadonlySet<string>;
}

/**
 * `done`: nobody needs a dead letter of the record any more. `kept`: one dead letter of it is certainly in the queue, so
 * nobody needs another.
 */
type RecordFate = 'done' | 'kept';

/**
 * Decides which messages are taken, each once.
 *
 * SQS delivers a message at least once, and again when its lease runs out; and the sink writes a duplicate dead letter when
 * a record is delivered to it twice. Messages are recognised by their id. Dead letters of one record are recognised by the
 * record's id and its content: after a topic was created again, other records have the same coordinates.
 */
export function createSorter(selection: Selection, limit: number, maxAttempts: number): Sorter {
  const seen = new Set<string>();
  const acknowledged = new Set<string>();
  const fates = new Map<string, RecordFate>();
  const notFound = new Set(selection.ids);
  let taken = 0;
  return {
    sort(messages) {
      const deadLetters: NamedDeadLetter[] = [];
      const onFailure: OnFailureReading[] = [];
      const duplicates: NamedDeadLetter[] = [];
      const redelivered: Message[] = [];
      const left: { reading: Reading; why: string }[] = [];
      const here = new Set<string>();
      for (const message of messages) {
        if (acknowledged.has(message.id)) redelivered.push(message);
        if (seen.has(message.id)) continue;
        const reading = readMessage(message);
        if (!isSelected(reading, selection)) {
          seen.add(message.id);
          continue;
        }
        for (const id of idsOf(reading)) notFound.delete(id);
        if (reading.kind === 'foreign' || reading.kind === 'unknown-version') {
          seen.add(message.id);
          left.push({ reading, why: whyLeft(reading) });
          continue;
        }
        if (taken >= limit) continue;
        seen.add(message.id);
        if (reading.kind === 'on-failure') {
          taken += 1;
          onFailure.push(reading);
          continue;
        }
        const record = recordOf(reading);
        if (here.has(record) || fates.has(record)) {
          duplicates.push({ reading, record });
          continue;
        }
        if (reading.attempts >= maxAttempts) {
          left.push({ reading, why: `its replay failed ${reading.attempts} times` });
          continue;
        }
        taken += 1;
        here.add(record);
        deadLetters.push({ reading, record });
      }
      return { deadLetters, onFailure, duplicates, redelivered, left };
    },
    setFate: (record, fate) => fates.set(record, fate),
    fateOf: (record) => fates.get(record),
    markAcknowledged: ({ id }) => acknowledged.add(id),
    markOwn: (id) => seen.add(id),
    get isFull() {
      return taken >= limit;
    },
    notFound,
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
    ? 'it is neither a dead letter nor an on-failure message'
    : `it is a dead letter of version ${reading.version}, which this sink does not know`;
}
