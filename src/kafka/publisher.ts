import { Producer } from '@platformatic/kafka';
import type { SinkRecord } from '../record/record.ts';
import type { KafkaConnectionSettings } from '../settings/kafka.ts';
import { doubling } from '../timing/retry.ts';
import { within } from '../timing/within.ts';
import { ANSWER_MS, connectionOptions } from './connection.ts';
import { findCode, type KafkaError } from './errors.ts';
import { explainWrite } from './explain-write.ts';
import { type Message, toMessage } from './message.ts';
import { packMessages } from './pack-messages.ts';
import { preflight } from './preflight.ts';

interface Published {
  /** By index of the record: whether every replica in sync has it. */
  readonly acknowledged: readonly boolean[];
  /** Records that Kafka will never take, by their index, with Kafka's name of the reason. */
  readonly refused: ReadonlyMap<number, string>;
  /** Why the others were not acknowledged; null when there are none. They may be on the topic all the same. */
  readonly failure: KafkaError | null;
}

export interface Publisher {
  /**
   * Puts records back onto the topic with their key, value, headers and timestamp, a tombstone as a tombstone, and with three
   * more headers (see `toMessage`). Records of one partition stay in their order.
   *
   * When an acknowledgement is lost on the way, publishing its record again puts it on the topic twice; both copies have
   * the same origin. Never throws.
   *
   * @param records with their original coordinates
   */
  publish(records: readonly SinkRecord[]): Promise<Published>;
  /** Looks for the topic, and writes nothing. @returns why it cannot be reached; null when it can */
  check(): Promise<KafkaError | null>;
  close(): Promise<void>;
}

const RETRIES = 4;
const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 4000;

/** Kafka's names for errors that a record causes, not Kafka. One such record fails the whole request. */
const RECORD_FAULTS = [
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_TIMESTAMP',
  'INVALID_RECORD',
] as const;

/** Publishes to a topic, idempotently, acknowledged by all replicas in sync. It connects with the first use. */
export function createPublisher(connection: KafkaConnectionSettings, topic: string): Publisher {
  const target = { connection, topic };
  const producer = new Producer<Buffer, Buffer, Buffer, Buffer | null>({
    ...connectionOptions(connection),
    clientId: 'kafka-pg-sink',
    idempotent: true,
    retries: RETRIES,
    retryDelay: (_client, _operation, attempt) => doubling(FIRST_DELAY_MS, MAX_DELAY_MS, attempt),
  });
  let ready = false;

  /** The preflight reports a wrong connection at once, and more clearly than a failed request. */
  async function countPartitions(): Promise<number> {
    if (!ready) await preflight({ connection, topics: [topic] });
    ready = true;
    const { topics } = await within(ANSWER_MS, () => producer.metadata({ topics: [topic] }));
    return topics.get(topic)?.partitionsCount ?? 1;
  }

  /** @returns Kafka's name for the fault of one of these records; null when Kafka acknowledged them */
  async function send(messages: Message[]): Promise<string | null> {
    try {
      await within(ANSWER_MS, () => producer.send({ messages }));
      return null;
    } catch (error) {
      const fault = findCode(error, RECORD_FAULTS);
      if (fault === undefined) throw error;
      return fault;
    }
  }

  return {
    async publish(records) {
      const acknowledged = records.map(() => false);
      const refused = new Map<number, string>();
      try {
        const partitions = records.length === 0 ? 1 : await countPartitions();
        const messages = records.map((record) => toMessage(record, topic, partitions));
        const waiting = packMessages(messages);
        for (let pack = waiting.shift(); pack; pack = waiting.shift()) {
          const fault = await send(pack.map((index) => messages[index] as Message));
          const [index = 0] = pack;
          if (fault === null) for (const one of pack) acknowledged[one] = true;
          else if (pack.length === 1) refused.set(index, fault);
          // A binary search for the faulty record. The halves go to the front, so that the order stays.
          else waiting.unshift(...halve(pack));
        }
        return { acknowledged, refused, failure: null };
      } catch (error) {
        return { acknowledged, refused, failure: explainWrite(error, target) };
      }
    },
    check: () =>
      countPartitions().then(
        () => null,
        (error: unknown) => explainWrite(error, target),
      ),
    close: (): Promise<void> => producer.close(true),
  };
}

function halve(pack: readonly number[]): [number[], number[]] {
  const middle = pack.length >> 1;
  return [pack.slice(0, middle), pack.slice(middle)];
}
