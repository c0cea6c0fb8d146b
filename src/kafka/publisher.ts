import { Producer } from '@platformatic/kafka';
import type { SinkRecord } from '../record/record.ts';
import type { KafkaConnectionSettings } from '../settings/kafka.ts';
import { doubling } from '../timing/retry.ts';
import { answered } from './answered.ts';
import { connectionOptions } from './connection.ts';
import { codeOf, explainFailure } from './failure.ts';
import { KafkaError } from './kafka-error.ts';
import { type Message, toMessage } from './message.ts';
import { packMessages } from './pack.ts';
import { preflight } from './preflight.ts';

export interface Published {
  /** Of each record: whether every replica in sync has it. */
  readonly acknowledged: readonly boolean[];
  /** Records that Kafka will never take, by their index, with Kafka's name of the reason. */
  readonly refused: ReadonlyMap<number, string>;
  /** Why others were not acknowledged; null where there are none. They may be on the topic all the same. */
  readonly failure: KafkaError | null;
}

export interface Publisher {
  /**
   * Puts records back onto the topic: key, value, headers and timestamp as they were, a tombstone as a tombstone, and two
   * headers more (see `toMessage`). Records of one partition stay in their order.
   *
   * A record whose acknowledgement was lost on the way is there twice when it is published again; both have the same
   * origin. Never throws.
   *
   * @param records with their original coordinates; key and value in base64
   */
  publish(records: readonly SinkRecord[]): Promise<Published>;
  /** Whether the topic is there and can be reached: nothing is written. @returns why not; null where it is */
  check(): Promise<KafkaError | null>;
  close(): Promise<void>;
}

const RETRIES = 4;
const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 4000;

/** Kafka's names for what is wrong with a record rather than with Kafka; in a request they tell of all its records. */
const RECORD_FAULTS = [
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_TIMESTAMP',
  'INVALID_RECORD',
] as const;

/** Publishes to a topic, idempotently, with an acknowledgement of all replicas in sync. It connects when it is used. */
export function createPublisher(connection: KafkaConnectionSettings, topic: string): Publisher {
  const producer = new Producer<Buffer, Buffer, Buffer, Buffer | null>({
    ...connectionOptions(connection),
    clientId: 'kafka-pg-sink',
    idempotent: true,
    retries: RETRIES,
    retryDelay: (_client, _operation, attempt) => doubling(FIRST_DELAY_MS, MAX_DELAY_MS, attempt),
  });
  let ready = false;

  /** What is wrong with the connection is told at once, and better than by a request that fails. */
  async function countPartitions(): Promise<number> {
    if (!ready) await preflight({ connection, topic });
    ready = true;
    const { topics } = await answered(producer.metadata({ topics: [topic] }));
    return topics.get(topic)?.partitionsCount ?? 1;
  }

  /** @returns Kafka's name of what is wrong with one of these records; null where they were acknowledged */
  async function send(messages: Message[]): Promise<string | null> {
    try {
      await answered(producer.send({ messages }));
      return null;
    } catch (error) {
      const fault = codeOf(error, RECORD_FAULTS);
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
          // Halves, as the search for one in many goes; in front, so that the order stays.
          else waiting.unshift(...halve(pack));
        }
        return { acknowledged, refused, failure: null };
      } catch (error) {
        return { acknowledged, refused, failure: explain(error) };
      }
    },
    check: () =>
      countPartitions().then(
        () => null,
        (error: unknown) => explain(error),
      ),
    close: (): Promise<void> => producer.close(true),
  };

  /** Says it for one who writes. */
  function explain(error: unknown): KafkaError {
    const told = explainFailure(error, { connection, topic });
    if (told.fault === 'topic')
      return new KafkaError(
        'topic',
        `Kafka has no topic ${topic}: create it, or name another one with --to-topic.`,
      );
    if (told.fault === 'permission')
      return new KafkaError(
        'permission',
        `Kafka does not let this user write to the topic ${topic}: grant it WRITE on the topic, or name another one with --to-topic.`,
      );
    if (codeOf(error, ['CLUSTER_AUTHORIZATION_FAILED']))
      return new KafkaError(
        'permission',
        'Kafka does not let this user write idempotently: grant it IDEMPOTENT_WRITE on the cluster.',
      );
    return told;
  }
}

function halve(pack: readonly number[]): [number[], number[]] {
  const middle = pack.length >> 1;
  return [pack.slice(0, middle), pack.slice(middle)];
}
