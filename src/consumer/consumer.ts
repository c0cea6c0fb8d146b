import { randomUUID } from 'node:crypto';
import type { ConsumerConfig } from '../config.ts';
import type { BatchResponse, KafkaEvent, KafkaRecord } from '../kafka/event.ts';
import { NotificationBatch } from './batch.ts';
import { toEvent, toRedeliver } from './event.ts';
import { OffsetTracker } from './offsets.ts';
import type { Log, RecordSource } from './source.ts';

/** The function's handler; it is the very same that Lambda calls. */
export type Handler = (event: KafkaEvent, context: LambdaContext) => Promise<BatchResponse>;

/** Lambda's context, as far as the handler and its middleware read it. */
export type LambdaContext = ReturnType<typeof invocationContext>;

/** The time that one batch may take, in place of a function's timeout. */
const INVOCATION_TIMEOUT_MS = 60_000;
const REDELIVERY_BASE_MS = 100;
const REDELIVERY_MAX_MS = 5000;

/**
 * Runs the handler outside Lambda: collects records, hands them over as the event that Lambda would deliver, obeys the
 * response, and commits what is settled. While one batch is under way, arrivals collect into the next, so batches grow
 * with the load. Records that failed are offered again with a growing delay while others go on.
 */
export class KafkaNotificationConsumer {
  readonly #config: ConsumerConfig;
  readonly #source: RecordSource;
  readonly #handler: Handler;
  readonly #log: Log;
  readonly #offsets = new OffsetTracker();
  readonly #redeliveries = new Set<NodeJS.Timeout>();
  #batch: NotificationBatch;
  #running: Promise<void> | undefined;
  #stopping = false;
  #failures = 0;

  constructor(config: ConsumerConfig, source: RecordSource, handler: Handler, log: Log) {
    this.#config = config;
    this.#source = source;
    this.#handler = handler;
    this.#log = log;
    this.#batch = this.#openBatch();
  }

  /** Records that wait for the next flush. */
  get waiting(): number {
    return this.#batch.records.length;
  }

  /**
   * Subscribes and begins to consume.
   *
   * @throws {KafkaError} when the broker does not answer or the topic does not exist
   */
  async start(): Promise<void> {
    if (this.#running) throw new Error('The consumer was started already.');
    await this.#source.start((record) => {
      this.#offsets.begin(record);
      this.#collect(record);
    });
    this.#running = this.#consume();
  }

  /** Stops fetching, flushes what waits, commits, and leaves the group. Can be called twice. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#source.pause();
    for (const timer of this.#redeliveries) clearTimeout(timer);
    this.#batch.flush();
    await this.#running;
    await this.#source.close();
  }

  async #consume(): Promise<void> {
    for (;;) {
      await this.#batch.due;
      const { records } = this.#batch;
      if (this.#stopping && records.length === 0) return;
      this.#batch = this.#openBatch();
      if (this.#stopping) this.#batch.flush();
      else this.#source.resume();
      const failed = await this.#deliver(records);
      this.#offsets.settle(new Set(records).difference(new Set(failed)));
      await this.#commit();
      this.#offerAgain(failed);
    }
  }

  #openBatch(): NotificationBatch {
    return new NotificationBatch(this.#config.batchSize, this.#config.flushIntervalMs);
  }

  #collect(record: KafkaRecord): void {
    this.#batch.add(record);
    if (this.#batch.records.length >= this.#config.maxBatchSize) this.#source.pause();
  }

  /** Returns the records that are to be delivered again; after a throw that is all of them. */
  async #deliver(records: readonly KafkaRecord[]): Promise<readonly KafkaRecord[]> {
    try {
      const event = toEvent(records, this.#config.bootstrapServers);
      return toRedeliver(records, await this.#handler(event, invocationContext()));
    } catch (error) {
      this.#log.warn('the handler threw, the batch is offered again', { error: nameOf(error) });
      return records;
    }
  }

  /** A commit that fails is made up for by the next one; until then the records count as not settled. */
  async #commit(): Promise<void> {
    const positions = this.#offsets.committable();
    if (positions.length === 0) return;
    try {
      await this.#source.commit(positions);
      this.#offsets.committed(positions);
    } catch (error) {
      this.#log.warn('offsets were not committed', { error: nameOf(error) });
    }
  }

  #offerAgain(failed: readonly KafkaRecord[]): void {
    this.#failures = failed.length === 0 ? 0 : this.#failures + 1;
    if (failed.length === 0 || this.#stopping) return;
    const delay = Math.min(REDELIVERY_MAX_MS, REDELIVERY_BASE_MS * 2 ** (this.#failures - 1));
    const timer = setTimeout(() => {
      this.#redeliveries.delete(timer);
      for (const record of failed) this.#collect(record);
    }, delay);
    this.#redeliveries.add(timer);
  }
}

function invocationContext() {
  const end = performance.now() + INVOCATION_TIMEOUT_MS;
  return {
    functionName: 'notification-sink',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'outside-lambda',
    memoryLimitInMB: '0',
    awsRequestId: randomUUID(),
    getRemainingTimeInMillis: () => Math.max(0, end - performance.now()),
  };
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
