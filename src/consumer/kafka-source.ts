import { Admin, Consumer, type Message, type MessagesStream, UserError } from '@platformatic/kafka';
import type { ConsumerConfig, RetryConfig } from '../config.ts';
import { SinkError } from '../errors.ts';
import type { KafkaRecord } from '../kafka/event.ts';
import type { Log, RecordSource } from './source.ts';

/** Kafka cannot be used as it is configured. */
export class KafkaError extends SinkError {
  override readonly name = 'KafkaError';
  readonly retriable = false;
}

type Stream = MessagesStream<Buffer, Buffer, Buffer, Buffer>;

const CONNECT_TIMEOUT_MS = 5000;
const CLOSE_TIMEOUT_MS = 10_000;
/** Of one fetch; it bounds what is in memory beside the batches. */
const FETCH_MAX_BYTES = 4 * 1024 * 1024;

/**
 * Subscribes to a topic as a member of a consumer group.
 *
 * @param retry the delays between attempts to reach a broker that went away; attempts do not end
 */
export function createKafkaSource(
  config: ConsumerConfig,
  retry: RetryConfig,
  log: Log,
): RecordSource {
  const bootstrapBrokers = [...config.bootstrapServers];
  const delay = (attempt: number) => Math.min(retry.maxDelayMs, retry.baseDelayMs * 2 ** attempt);
  const consumer = new Consumer<Buffer, Buffer, Buffer, Buffer>({
    clientId: 'notification-sink',
    groupId: config.groupId,
    bootstrapBrokers,
    connectTimeout: CONNECT_TIMEOUT_MS,
    retries: true,
    retryDelay: (_client, _operation, attempt) => delay(attempt),
    autocommit: false,
    maxBytes: FETCH_MAX_BYTES,
  });
  let stream: Stream | undefined;
  let closed = false;
  let paused = false;

  async function open(onRecord: (record: KafkaRecord) => void, attempt = 0): Promise<void> {
    stream = await consumer.consume({
      topics: [config.topic],
      mode: 'committed',
      fallbackMode: config.autoOffsetReset,
    });
    stream.on('data', (message: Message<Buffer, Buffer, Buffer, Buffer>) => {
      attempt = 0;
      onRecord(toRecord(message));
    });
    // The stream is done for after an error, but the consumer is not.
    stream.on('error', (error: Error) => {
      if (closed) return;
      log.warn('the Kafka stream broke, it is opened again', { error: error.name });
      setTimeout(() => reopen(onRecord, attempt + 1), delay(attempt)).unref();
    });
    if (paused) stream.pause();
  }

  function reopen(onRecord: (record: KafkaRecord) => void, attempt: number): void {
    if (closed) return;
    open(onRecord, attempt).catch((error: Error) => {
      log.warn('Kafka could not be reached', { error: error.name, attempt });
      setTimeout(() => reopen(onRecord, attempt + 1), delay(attempt)).unref();
    });
  }

  return {
    async start(onRecord) {
      try {
        await checkTopic(bootstrapBrokers, config.topic);
        await open(onRecord);
      } catch (error) {
        await consumer.close(true);
        throw error;
      }
    },
    pause() {
      paused = true;
      stream?.pause();
    },
    resume() {
      if (!paused) return;
      paused = false;
      stream?.resume();
    },
    async commit(positions) {
      await consumer.commit({
        offsets: positions.map(({ topic, partition, offset }) => ({
          topic,
          partition,
          offset: BigInt(offset),
          leaderEpoch: -1,
        })),
      });
    },
    async close() {
      closed = true;
      await within(CLOSE_TIMEOUT_MS, consumer.close(true));
    },
  };
}

/** Fails at once and in plain words, where the client would go on trying. */
async function checkTopic(bootstrapBrokers: string[], topic: string): Promise<void> {
  const admin = new Admin({
    clientId: 'notification-sink',
    bootstrapBrokers,
    connectTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: CONNECT_TIMEOUT_MS,
    retries: 0,
  });
  try {
    await admin.metadata({ topics: [topic] });
  } catch (error) {
    // The client has no other reason to call a metadata request a mistake of its user.
    throw new KafkaError(
      error instanceof UserError
        ? `Kafka has no topic ${topic}: create it, or set KAFKA_TOPIC.`
        : `No Kafka broker answered at ${bootstrapBrokers.join(', ')} within ${CONNECT_TIMEOUT_MS} ms: check KAFKA_BOOTSTRAP_SERVERS and that the broker runs.`,
      { cause: error },
    );
  } finally {
    await admin.close();
  }
}

/** A broker that is away must not keep the process. What is not told to it, it finds out by itself. */
async function within(ms: number, promise: Promise<unknown>): Promise<void> {
  const timeout = Promise.withResolvers<void>();
  const timer = setTimeout(timeout.resolve, ms);
  await Promise.race([promise, timeout.promise]).finally(() => clearTimeout(timer));
}

/** The shape in which Lambda's mapping delivers a record, signed header bytes included. */
export function toRecord(message: Message<Buffer, Buffer, Buffer, Buffer>): KafkaRecord {
  return {
    topic: message.topic,
    partition: message.partition,
    offset: Number(message.offset),
    timestamp: Number(message.timestamp),
    timestampType: 'CREATE_TIME',
    key: message.key?.toString('base64') ?? null,
    value: message.value?.toString('base64') ?? null,
    headers: message.headerEntries.map(([name, value]) => ({
      [name.toString()]: value ? Array.from(value, toSigned) : null,
    })),
  };
}

function toSigned(byte: number): number {
  return byte < 128 ? byte : byte - 256;
}
