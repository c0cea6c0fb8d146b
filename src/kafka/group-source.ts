import { setTimeout as sleep } from 'node:timers/promises';
import { ListOffsetTimestamps } from '@platformatic/kafka';
import type { Position } from '../consumer/offsets.ts';
import { errorName } from '../record/errors.ts';
import type { ConsumerSettings } from '../settings/consumer.ts';
import { doubling, type RetryPolicy } from '../timing/retry.ts';
import { within } from '../timing/within.ts';
import { answered } from './answered.ts';
import { createClient } from './group-client.ts';
import { KafkaError, toKafkaError } from './kafka-error.ts';
import { createMembership } from './membership.ts';
import { createGrowthCheck } from './partition-growth.ts';
import { findStarts, listOffsets } from './positions.ts';
import { preflight } from './preflight.ts';
import type { Log, RecordSource, Subscriber } from './source.ts';
import { openStream, type RecordStream } from './stream.ts';

/** The group is being joined: commits have to wait. */
class RebalanceError extends Error {
  override readonly name = 'RebalanceError';
}

/**
 * Subscribes to a topic as a member of a consumer group.
 *
 * A stream of records serves until the group is joined anew or it breaks. Then another one is opened, that goes on behind
 * the last record that arrived in the partitions that are still ours, and at the group's position in the others. What an
 * old stream still delivers is ignored, so that a fetch from before a rebalance can never skip records after it.
 *
 * @param retry the delays between attempts to reach a broker that went away; attempts do not end
 */
export function createKafkaSource(
  config: ConsumerSettings,
  retry: RetryPolicy,
  log: Log,
): RecordSource {
  const { topic } = config;
  const delay = (attempt: number) => doubling(retry.baseDelayMs, retry.maxDelayMs, attempt);
  const membership = createMembership(topic);
  const client = createClient(config, delay, async () => {
    // What was found out about partitions that may go now holds no more.
    opening += 1;
    if (subscriber) await membership.beforeJoin(client, subscriber);
  });
  const growth = createGrowthCheck(client, topic);
  let subscriber: Subscriber | undefined;
  let stream: RecordStream | undefined;
  /** Number of the latest attempt to open a stream; an earlier one gives up. */
  let opening = 0;
  let breaks = 0;
  let closed = false;
  let paused = false;
  let rejoining = false;

  function toOffsets(positions: readonly Position[]) {
    return positions.map(({ partition, offset }) => ({
      topic,
      partition,
      offset: BigInt(offset),
      leaderEpoch: -1,
    }));
  }

  /** The client gives up after an error that it holds for final; as long as we run, it is not. */
  async function rejoin(error: unknown): Promise<void> {
    if (rejoining || closed || membership.settled) return;
    rejoining = true;
    log.warn('the group could not be joined, it is tried again', { error: errorName(error) });
    for (let attempt = 1; !closed && !membership.settled; attempt += 1) {
      await sleep(delay(attempt), undefined, { ref: false });
      // What it fails for is what it failed for before, or soon leads here again.
      if (!closed && !membership.settled) await client.joinGroup({}).catch(() => {});
    }
    rejoining = false;
  }

  async function open(group: Subscriber): Promise<void> {
    opening += 1;
    const mine = opening;
    const outdated = () => closed || mine !== opening;
    stream?.close();
    stream = undefined;
    for (let attempt = 1; !outdated(); attempt += 1) {
      try {
        const partitions = [...membership.owned.keys()];
        const added = partitions.filter((one) => group.position(one) === undefined);
        const { starts, others } = await answered(
          findStarts(client, topic, added, config.autoOffsetReset),
        );
        if (outdated()) return;
        for (const { partition, offset, committed } of starts)
          group.assigned(partition, offset, committed);
        group.joined();
        if (others.length > 0) await answered(client.commit({ offsets: toOffsets(others) }));
        if (partitions.length > 0) read(group, partitions);
        return;
      } catch (error) {
        if (outdated()) return;
        log.warn('Kafka could not be reached', { error: errorName(error), attempt });
        await sleep(delay(attempt), undefined, { ref: false });
      }
    }
  }

  function read(group: Subscriber, partitions: readonly number[]): void {
    const offsets = new Map(partitions.map((one) => [one, group.position(one) ?? 0]));
    const opened = openStream(
      config,
      offsets,
      (records) => {
        breaks = 0;
        group.received(records);
      },
      (error) => {
        breaks += 1;
        log.warn('the Kafka stream broke, it is opened again', { error: errorName(error) });
        // A rebalance may be quicker.
        setTimeout(() => stream === opened && void open(group), delay(breaks)).unref();
      },
    );
    stream = opened;
    if (paused) opened.pause();
  }

  return {
    get joined() {
      return membership.joined;
    },
    async start(given) {
      subscriber = given;
      try {
        await preflight(config);
        if (closed) return;
        membership.follow(client, given, () => void open(given));
        client.on('error', (error: Error) => void rejoin(error));
        // For as long as we live, whatever becomes of the streams.
        client.topics.track(topic);
        await growth.start();
        await client.joinGroup({});
      } catch (error) {
        growth.stop();
        // Whoever closes it meanwhile knows why it did not start.
        if (closed) return;
        closed = true;
        await client.close(true);
        throw toKafkaError(error, config);
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
      if (!membership.settled) throw new RebalanceError('The group is being joined.');
      const stillOwned = membership.remember();
      try {
        await answered(
          client.commit({
            // The client asks again before each attempt, and may have joined the group anew in between.
            get offsets() {
              return toOffsets(positions.filter(({ partition }) => stillOwned(partition)));
            },
          }),
        );
      } catch (error) {
        void rejoin(error);
        throw error;
      }
    },
    async ends(partitions) {
      const { connectTimeoutMs } = config.connection;
      const asked = listOffsets(client, topic, [...partitions], ListOffsetTimestamps.LATEST);
      asked.catch(() => {});
      if (!(await within(connectTimeoutMs, asked)))
        throw new KafkaError('unreachable', `Kafka did not answer within ${connectTimeoutMs} ms.`);
      return asked;
    },
    async close(ms) {
      closed = true;
      growth.stop();
      const closing = client.close(true).catch((error) => {
        log.warn('the group could not be left', { error: errorName(error) });
      });
      await within(ms, closing);
    },
  };
}
