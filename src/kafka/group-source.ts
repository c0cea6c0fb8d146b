import { setTimeout as sleep } from 'node:timers/promises';
import { errorName } from '../record/errors.ts';
import { PartitionMap } from '../record/partition.ts';
import type { MemberSettings } from '../settings/consumer.ts';
import { doubling, type RetryPolicy } from '../timing/retry.ts';
import { waitAtMost, within } from '../timing/within.ts';
import { createComplaints } from './complaints.ts';
import { ANSWER_MS } from './connection.ts';
import { explain } from './explain.ts';
import type { TopicOrPattern } from './find-topics.ts';
import { createGroupClient, toOffsets } from './group-client.ts';
import { createGroupStream } from './group-stream.ts';
import { listOffsets } from './list-offsets.ts';
import { createMembership } from './membership.ts';
import { preflight } from './preflight.ts';
import type { Log, RecordSource, Subscriber } from './source.ts';
import { createTopicWatch } from './topic-watch.ts';

/** The group is being joined: commits have to wait. */
class RebalanceError extends Error {
  override readonly name = 'RebalanceError';
}

/**
 * Subscribes to topics as one member of a consumer group.
 *
 * @param topics names, which must exist at the start; and patterns, whose topics may appear and go at any time
 * @param retry the delays between attempts to reach a broker that went away; attempts do not end
 */
export function createKafkaSource(
  config: MemberSettings,
  topics: readonly TopicOrPattern[],
  retry: RetryPolicy,
  log: Log,
): RecordSource {
  const { connection } = config;
  const delay = (attempt: number) => doubling(retry.baseDelayMs, retry.maxDelayMs, attempt);
  const membership = createMembership();
  const complaints = createComplaints(log, { connection, topics: topics.map(String) });
  const client = createGroupClient(
    config,
    delay,
    async () => {
      stream.outdate();
      if (subscriber) await membership.beforeJoin(client, subscriber);
      watch.subscribe();
    },
    (request, error) => {
      if (error) complaints.failed(request, error);
      else complaints.succeeded(request);
    },
  );
  const watch = createTopicWatch({
    ...{ client, wanted: topics, log },
    isMember,
    onGone: (gone) => subscriber && membership.forget(gone, subscriber),
    join: () => client.joinGroup({}).then(() => {}, rejoin),
  });
  const stream = createGroupStream({
    ...{ config, client, membership, watch, delay, complaints, log },
  });
  let subscriber: Subscriber | undefined;
  let closed = false;
  let rejoining = false;

  /** Whether no request to join is under way or has failed: the client sends no heartbeats after one that has. */
  function isMember(): boolean {
    return membership.stable && client.isActive();
  }

  /** The client gives up after an error that it takes for final. The source does not, as long as it runs. */
  async function rejoin(error: unknown): Promise<void> {
    if (rejoining || closed || isMember()) return;
    rejoining = true;
    complaints.failed('join', error);
    for (let attempt = 1; !closed && !isMember(); attempt += 1) {
      await sleep(delay(attempt), undefined, { ref: false });
      await watch.refresh();
      // It fails for the reason from before, or for one that soon leads here again.
      if (!closed && !isMember())
        await client.joinGroup({}).catch((reason) => complaints.failed('join', reason));
    }
    rejoining = false;
  }

  return {
    get joined() {
      return membership.joined;
    },
    get trouble() {
      const isMissing = watch.isMissing ? 'UNKNOWN_TOPIC_OR_PARTITION' : null;
      return complaints.cause('fetch', 'open', 'join', 'heartbeat') ?? isMissing;
    },
    async start(given) {
      subscriber = given;
      try {
        const names = topics.filter((topic) => typeof topic === 'string');
        await preflight({ connection, topics: names });
        if (closed) return;
        membership.follow(client, given, () => {
          complaints.succeeded('join', 'heartbeat');
          void stream.open(given);
        });
        client.on('error', (error: Error) => void rejoin(error));
        await watch.start();
        await client.joinGroup({});
      } catch (error) {
        watch.stop();
        // The caller that closed it meanwhile knows why it did not start.
        if (closed) return;
        closed = true;
        stream.close();
        await client.close(true);
        throw explain(error, { connection, topics: topics.map(String) });
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
              return toOffsets(positions.filter(stillOwned));
            },
          }),
        );
      } catch (error) {
        complaints.failed('commit', error);
        void rejoin(error);
        throw error;
      }
    },
    async ends(partitions) {
      const offsets = await within(connection.connectTimeoutMs, () =>
        listOffsets(client, partitions, 'latest'),
      );
      return new PartitionMap([...offsets].map(([at, offset]) => [at, Number(offset)]));
    },
    async close(ms) {
      closed = true;
      watch.stop();
      stream.close();
      const closing = client.close(true).catch((error) => {
        log.warn('the group could not be left', { error: errorName(error) });
      });
      await waitAtMost(ms, closing);
    },
  };
}
