import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Admin, ListOffsetTimestamps, Producer, type SendOptions } from '@platformatic/kafka';
import { onTestFinished } from 'vitest';
import { createTopic, deleteTopic } from '../../../local/kafka.ts';
import { readTopic } from '../../../local/kafka-topic.ts';
import { messageOf } from '../../../local/samples.ts';
import { until } from '../../support/until.ts';
import { makeSamples, type Sample } from './samples.ts';

type Compression = NonNullable<SendOptions<Buffer, Buffer, Buffer, Buffer>['compression']>;

/** Milliseconds between two requests of a flow. */
const STEP_MS = 20;

/**
 * A topic with three partitions for the running test, and all that is known of it from outside the consumer.
 *
 * @param servers bootstrap servers, comma-separated
 * @param options.later leaves it to the test to create the topic
 * @param options.groupId of its consumers
 */
export async function createScenarioTopic(
  servers: string,
  {
    later = false,
    name = `scenario-${randomBytes(6).toString('hex')}`,
    groupId = `group-${name}`,
  }: { later?: boolean; name?: string; groupId?: string } = {},
) {
  const bootstrapBrokers = servers.split(',');
  const admin = new Admin({ clientId: 'scenario', bootstrapBrokers, retryDelay: 100 });
  const producer = new Producer<Buffer, Buffer, Buffer, Buffer>({
    clientId: 'scenario',
    bootstrapBrokers,
    // Otherwise a request that is sent again leaves its records in the topic twice.
    idempotent: true,
    retries: true,
    retryDelay: 100,
  });
  onTestFinished(async () => {
    await producer.close();
    await admin.close();
    await deleteTopic(servers, name);
  });
  const partitions = [0, 1, 2];
  const create = () => createTopic(servers, name, partitions.length);
  if (!later) await create();
  const produced: Sample[] = [];

  async function produce(samples: readonly Sample[], compression: Compression = 'none') {
    produced.push(...samples);
    const messages = samples.map((sample) => messageOf(sample, name, sample.partition));
    await producer.send({ messages, compression });
  }

  async function ends(): Promise<number[]> {
    const all = partitions.map((partitionIndex) => ({
      partitionIndex,
      timestamp: ListOffsetTimestamps.LATEST,
    }));
    const [topic] = await admin.listOffsets({ topics: [{ name, partitions: all }] });
    const offsets = new Map(
      topic?.partitions.map(({ partitionIndex, offset }) => [partitionIndex, Number(offset)]),
    );
    return partitions.map((partition) => offsets.get(partition) ?? 0);
  }

  async function committed(): Promise<number[]> {
    const topics = [{ name, partitionIndexes: partitions }];
    const [group] = await admin.listConsumerGroupOffsets({ groups: [{ groupId, topics }] });
    const offsets = new Map(
      group?.topics
        .flatMap((one) => one.partitions)
        .map(({ partitionIndex, committedOffset }) => [partitionIndex, Number(committedOffset)]),
    );
    return partitions.map((partition) => offsets.get(partition) ?? -1);
  }

  return {
    name,
    servers,
    groupId,
    /** Every sample that was produced so far. */
    produced: produced as readonly Sample[],
    create,
    /** Adds a partition, and resolves with its number when it can be written to. */
    async addPartition(): Promise<number> {
      const partition = partitions.length;
      await admin.createPartitions({ topics: [{ name, count: partition + 1 }] });
      partitions.push(partition);
      // A broker tells of a partition a moment before it leads it.
      await until(
        () =>
          ends().then(
            () => true,
            () => false,
          ),
        'the new partition',
      );
      await producer.metadata({ topics: [name], forceUpdate: true });
      return partition;
    },
    /** Sends samples in the order given, and resolves when the broker has them all. */
    produce,
    /**
     * Produces until it is stopped.
     *
     * @param step records of one request, of which there are some 50 a second at most
     * @returns stops it; resolves when the broker has all that was produced
     */
    flow(step = 50): () => Promise<void> {
      let flowing = true;
      const run = async () => {
        while (flowing) {
          await produce(makeSamples(step, produced.length));
          await sleep(STEP_MS);
        }
      };
      const done = run();
      done.catch(() => {}); // it is for who stops the flow
      return () => {
        flowing = false;
        return done;
      };
    },
    /** The end of the log of each partition. */
    ends,
    /** Every record that it holds, read apart from the consumers. */
    read: () => readTopic(bootstrapBrokers, name, partitions.length),
    /** The offset that the group has committed in each partition; -1 where there is none. */
    committed,
    /** Whether the group has committed all that is in the topic. */
    async isCommitted(): Promise<boolean> {
      const [end, position] = await Promise.all([ends(), committed()]);
      return end.every((offset, partition) => offset <= Math.max(0, position[partition] ?? 0));
    },
    /** The ids of the group's members, which are new ones for who joins again, and its state. */
    async group() {
      const group = (await admin.describeGroups({ groups: [groupId] })).get(groupId);
      return { state: group?.state, members: [...(group?.members.keys() ?? [])].sort() };
    },
  };
}
