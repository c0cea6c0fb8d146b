import type { Log, RecordSource } from '../kafka/source.ts';
import type { KafkaRecord } from '../lambda/event.ts';
import type { ConsumerSettings } from '../settings/consumer.ts';
import { within } from '../timing/within.ts';
import { createCommitter } from './committer.ts';
import { createIntake } from './intake.ts';
import { deliver, type Handler } from './invocation.ts';
import { OffsetTracker } from './offsets.ts';
import { createRedelivery } from './redelivery.ts';
import { createSubscription } from './subscription.ts';
import { type ConsumerStatus, type ConsumerWatch, createTurnMeter } from './turn-meter.ts';

export type { Handler, LambdaContext } from './invocation.ts';
export type { ConsumerStatus } from './turn-meter.ts';

/** Share of the shutdown's time for what is under way; the rest is for leaving the group. */
const FLUSH_SHARE = 0.8;

/**
 * Runs the handler outside Lambda: collects records, hands them over as the event that Lambda would deliver, obeys the
 * response, and commits what is settled. While one batch is under way, arrivals collect into the next, so batches grow
 * with the load.
 *
 * A record **waits** from its arrival, is **under way** from its hand-over, and then **settled**; or it is **held back**
 * until its partition's delay is over, and waits again. One batch is under way at a time.
 */
export class KafkaNotificationConsumer {
  readonly #config: ConsumerSettings;
  readonly #source: RecordSource;
  readonly #handler: Handler;
  readonly #log: Log;
  readonly #watch: ConsumerWatch;
  readonly #beginTurn: () => void;
  readonly #offsets = new OffsetTracker();
  readonly #intake: ReturnType<typeof createIntake>;
  readonly #commit: () => Promise<void>;
  readonly #redelivery = createRedelivery((records) =>
    this.#intake.collectAtOnce(records.filter((record) => this.#offsets.isPending(record))),
  );
  readonly #subscription: ReturnType<typeof createSubscription>;
  #running: Promise<void> | undefined;
  #underWay: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;

  constructor(
    config: ConsumerSettings,
    source: RecordSource,
    handler: Handler,
    log: Log,
    watch: ConsumerWatch = {},
  ) {
    this.#config = config;
    this.#source = source;
    this.#handler = handler;
    this.#log = log;
    this.#watch = watch;
    this.#beginTurn = createTurnMeter(watch);
    this.#intake = createIntake(config, source, this.#offsets);
    this.#commit = createCommitter(source, this.#offsets, log);
    this.#subscription = createSubscription({
      offsets: this.#offsets,
      intake: this.#intake,
      redelivery: this.#redelivery,
      commit: this.#commit,
      underWay: () => this.#underWay,
      beginTurn: this.#beginTurn,
      sessionTimeoutMs: config.sessionTimeoutMs,
      log,
    });
  }

  /** Records that wait for the next flush. */
  get waiting(): number {
    return this.#intake.waiting;
  }

  status(): ConsumerStatus {
    const { waiting, waitingBytes, paused } = this.#intake;
    const partitions = this.#offsets
      .partitions()
      .map(({ partition, committed, pending }) => ({ partition, committed, pending }));
    return { joined: this.#source.joined, waiting, waitingBytes, paused, partitions };
  }

  /**
   * Asks Kafka how many offsets lie between what is settled and the end of each partition that is ours.
   *
   * @throws {KafkaError} where Kafka does not tell
   */
  async lag(): Promise<Map<number, number>> {
    const partitions = this.#offsets.partitions();
    const ends = await this.#source.ends(partitions.map(({ partition }) => partition));
    return new Map(
      partitions.map(({ partition, settled }) => [
        partition,
        Math.max(0, (ends.get(partition) ?? settled) - settled),
      ]),
    );
  }

  /**
   * Subscribes and begins to consume.
   *
   * @throws {KafkaError} when the broker does not answer, does not let us in, or the topic does not exist
   */
  async start(): Promise<void> {
    if (this.#running) throw new Error('The consumer was started already.');
    this.#running = this.#consume();
    await this.#source.start(this.#subscription);
  }

  /**
   * Stops fetching, flushes what waits, commits, and leaves the group; within the shutdown's time, whatever it takes. What
   * is not settled by then is delivered again to whoever has its partition next. Can be called twice.
   */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    const { shutdownTimeoutMs } = this.#config;
    const start = performance.now();
    this.#redelivery.stop();
    this.#intake.close();
    await within(shutdownTimeoutMs * FLUSH_SHARE, this.#running);
    const records = this.#offsets.records;
    if (records > 0)
      this.#log.warn('stopped before all was settled, the rest is delivered again', { records });
    await this.#source.close(Math.max(0, start + shutdownTimeoutMs - performance.now()));
  }

  async #consume(): Promise<void> {
    for (;;) {
      await this.#intake.due();
      const batch = this.#intake.take().filter((record) => this.#subscription.isOurs(record));
      if (batch.length > 0) {
        this.#underWay = this.#handOver(batch);
        await this.#underWay;
        await this.#commit();
      }
      if (this.#stopped && this.#intake.waiting === 0) return;
    }
  }

  async #handOver(batch: readonly KafkaRecord[]): Promise<void> {
    this.#beginTurn();
    const start = performance.now();
    const failed = new Set(
      await deliver(batch, this.#handler, this.#config.connection.bootstrapServers, this.#log),
    );
    this.#watch.onFlush?.(batch.length, (performance.now() - start) / 1000);
    const settled = new Set(batch).difference(failed);
    this.#offsets.settle(settled);
    this.#redelivery.settled(settled);
    this.#intake.regulate();
    if (!this.#stopped)
      this.#redelivery.failed([...failed].filter((record) => this.#subscription.isOurs(record)));
  }
}
