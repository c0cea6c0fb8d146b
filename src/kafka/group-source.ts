import { setTimeout as sleep } from 'node:timers/promises';
import { errorName } from '../record/errors.ts';
import type { ConsumerSettings } from '../settings/consumer.ts';
import { doubling, type RetryPolicy } from '../timing/retry.ts';
import { waitAtMost, within } from '../timing/within.ts';
import { ANSWER_MS } from './connection.ts';
import { explain } from './explain.ts';
import { createGroupClient, toOffsets } from './group-client.ts';
import { createGroupStream } from './group-stream.ts';
import { listOffsets } from './list-offsets.ts';
import { createMembership } from './membership.ts';
import { createGrowthCheck } from './partition-growth.ts';
import { preflight } from './preflight.ts';
import type { Log, RecordSource, Subscriber } from './source.ts';

/** The group is being joined: commits have to wait. */
class RebalanceError extends Error {
  override readonly name = 'RebalanceError';
}

/**
 * Subscribes to a topic as a member of a consumer group.
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
  const client = createGroupClient(config, delay, async () => {
    stream.outdate();
    if (subscriber) await membership.beforeJoin(client, subscriber);
  });
  const stream = createGroupStream({ config, client, membership, delay, log });
  const growth = createGrowthCheck(client, topic);
  let subscriber: Subscriber | undefined;
  let closed = false;
  let rejoining = false;

  /** The client gives up after an error that it takes for final. The source does not, as long as it runs. */
  async function rejoin(error: unknown): Promise<void> {
    if (rejoining || closed || membership.stable) return;
    rejoining = true;
    log.warn('the group could not be joined, it is tried again', { error: errorName(error) });
    for (let attempt = 1; !closed && !membership.stable; attempt += 1) {
      await sleep(delay(attempt), undefined, { ref: false });
      // It fails for the reason from before, or for one that soon leads here again.
      if (!closed && !membership.stable) await client.joinGroup({}).catch(() => {});
    }
    rejoining = false;
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
        membership.follow(client, given, () => void stream.open(given));
        client.on('error', (error: Error) => void rejoin(error));
        // For as long as the source lives, whatever happens to its streams.
        client.topics.track(topic);
        await growth.start();
        await client.joinGroup({});
      } catch (error) {
        growth.stop();
        // The caller that closed it meanwhile knows why it did not start.
        if (closed) return;
        closed = true;
        stream.close();
        await client.close(true);
        throw explain(error, config);
      }
    },
    pause: stream.pause,
    resume: stream.resume,
    async commit(positions) {
      if (!membership.stable) throw new RebalanceError('The group is being joined.');
      const stillOwned = membership.remember();
      try {
        await within(ANSWER_MS, () =>
          client.commit({
            // The client reads them before each attempt, and may have joined the group again in between.
            get offsets() {
              return toOffsets(
                topic,
                positions.filter(({ partition }) => stillOwned(partition)),
              );
            },
          }),
        );
      } catch (error) {
        void rejoin(error);
        throw error;
      }
    },
    async ends(partitions) {
      const offsets = await within(config.connection.connectTimeoutMs, () =>
        listOffsets(client, topic, partitions, 'latest'),
      );
      return new Map([...offsets].map(([partition, offset]) => [partition, Number(offset)]));
    },
    async close(ms) {
      closed = true;
      growth.stop();
      stream.close();
      const closing = client.close(true).catch((error) => {
        log.warn('the group could not be left', { error: errorName(error) });
      });
      await waitAtMost(ms, closing);
    },
  };
}
