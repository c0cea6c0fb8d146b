import type { Log, RecordSource } from '../kafka/source.ts';
import type { SinkRecord } from '../record/record.ts';
import type { ConsumerSettings } from '../settings/consumer.ts';
import type { Observer } from '../sink/observer.ts';
import type { Sink } from '../sink/sink.ts';
import { waitAtMost } from '../timing/within.ts';
import { createCommitter } from './committer.ts';
import { handOver } from './hand-over.ts';
import { createIntake } from './intake.ts';
import { createLoopTurns } from './loop-turns.ts';
import { OffsetTracker } from './offsets.ts';
import { createRedelivery } from './redelivery.ts';
import { type ConsumerStatus, type Lag, statusOf } from './status.ts';
import { createSubscription } from './subscription.ts';

/** Share of the shutdown's time for what is under way; the rest is for leaving the group. */
const FLUSH_SHARE = 0.8;

export interface ConsumerParts {
  readonly source: RecordSource;
  readonly sink: Sink;
  readonly log: Log;
  readonly observer?: Observer;
}

export interface Consumer {
  /**
   * Subscribes and begins to consume.
   *
   * @throws {KafkaError} when the broker does not answer, does not let us in, or a topic does not exist
   */
  start(): Promise<void>;
  /**
   * Stops fetching, flushes what waits, commits, and leaves the group; within the shutdown's time, whatever it takes. What
   * is not acknowledged by then is delivered again to whoever has its partition next. Can be called twice.
   */
  stop(): Promise<void>;
  status(): ConsumerStatus;
  /**
   * Asks Kafka how many offsets lie between what is acknowledged and the end of each partition that is ours.
   *
   * @throws {KafkaError} when Kafka does not answer
   */
  lag(): Promise<readonly Lag[]>;
}

/**
 * The door to the sink outside Lambda: collects records into batches, hands them over, delivers again what failed, and
 * commits what is acknowledged. While one batch is under way, arrivals collect into the next, so batches grow with the
 * load.
 *
 * A record **waits** from its arrival, is **under way** from its hand-over, and then **acknowledged**: stored, passed over
 * or dead-lettered. One that failed is **held back** until its partition's delay is over, and waits again. One batch is
 * under way at a time.
 */
export function createConsumer(
  settings: ConsumerSettings,
  { source, sink, log, observer = {} }: ConsumerParts,
): Consumer {
  const servers = settings.connection.bootstrapServers.join(',');
  const offsets = new OffsetTracker();
  const intake = createIntake(settings, source, offsets);
  const commit = createCommitter(source, offsets, () => stopped !== undefined);
  const beginTurn = createLoopTurns(observer);
  const redelivery = createRedelivery((records) =>
    intake.collectAtOnce(records.filter((record) => offsets.isPending(record))),
  );
  let running: Promise<void> | undefined;
  let underWay: Promise<void> | undefined;
  let stopped: Promise<void> | undefined;
  const subscription = createSubscription({
    ...{ offsets, intake, redelivery, commit, beginTurn, log },
    underWay: () => underWay,
    sessionTimeoutMs: settings.sessionTimeoutMs,
  });

  async function consume(): Promise<void> {
    for (;;) {
      await intake.due();
      const batch = intake.take().filter(subscription.isOurs);
      if (batch.length > 0) {
        underWay = flush(batch);
        await underWay;
        await commit();
      }
      if (stopped && intake.waiting === 0) return;
    }
  }

  async function flush(batch: readonly SinkRecord[]): Promise<void> {
    beginTurn();
    const start = performance.now();
    const waiting = redelivery.outside(batch);
    const failed = await handOver(redelivery.inOrder(batch), waiting, sink, servers, log);
    observer.onFlush?.(batch, (performance.now() - start) / 1000);
    const acknowledged = batch.filter((record) => !failed.has(record));
    offsets.acknowledge(acknowledged);
    redelivery.acknowledged(acknowledged);
    intake.regulate();
    if (!stopped) redelivery.failed([...failed].filter(subscription.isOurs));
  }

  async function shutDown(): Promise<void> {
    const { shutdownTimeoutMs } = settings;
    const start = performance.now();
    redelivery.stop();
    intake.close();
    await waitAtMost(shutdownTimeoutMs * FLUSH_SHARE, running);
    const { records } = offsets;
    if (records > 0)
      log.warn('stopped before all was acknowledged, the rest is delivered again', { records });
    await source.close(Math.max(0, start + shutdownTimeoutMs - performance.now()));
  }

  return {
    async start() {
      if (running) throw new Error('The consumer was started already.');
      running = consume();
      await source.start(subscription);
    },
    stop() {
      stopped ??= shutDown();
      return stopped;
    },
    status: () => statusOf(source, intake, offsets),
    async lag() {
      const partitions = offsets.partitions();
      const ends = await source.ends(partitions);
      return partitions.map(({ topic, partition, position }) => {
        const end = ends.get({ topic, partition }) ?? position;
        return { topic, partition, records: Math.max(0, end - position) };
      });
    },
  };
}
