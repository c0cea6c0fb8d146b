import { randomBytes } from 'node:crypto';
import { Consumer } from '@platformatic/kafka';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { FAULTLESS } from '../../local/reconcile.ts';
import { consume, createPlace } from '../service/support/service.ts';
import { buildCommand } from '../support/built-command.ts';
import { definitionFile } from '../support/definition-file.ts';
import { until } from '../support/until.ts';
import { type KafkaCluster, startKafkaCluster } from './support/kafka-cluster.ts';
import { createSteadyLoad } from './support/steady-load.ts';

/** Records a second. */
const RATE = 5000;
const PARTITIONS = 6;
const NAME = `cluster-${randomBytes(6).toString('hex')}`;
const GROUP = `group-${NAME}`;

describe.skipIf(inject('kafka') === null)('over three brokers', () => {
  const command = buildCommand();
  let cluster: KafkaCluster;
  let admin: kafkajs.Admin;

  beforeAll(async () => {
    cluster = await startKafkaCluster();
    const brokers = cluster.bootstrapServers.split(',');
    admin = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING }).admin();
    await admin.connect();
    const topic = { topic: NAME, numPartitions: PARTITIONS, replicationFactor: 3 };
    // A broker that has not heard of the topic yet would end the client's own wait.
    await admin.createTopics({ topics: [topic], waitForLeaders: false });
    await until(() => isInSync([NAME]), 'all replicas of the topic');
  });
  afterAll(async () => {
    await admin?.disconnect();
    await cluster?.stop();
  });

  async function leader(): Promise<number> {
    const { topics } = await admin.fetchTopicMetadata({ topics: [NAME] });
    return topics[0]?.partitions[0]?.leader ?? -1;
  }

  async function coordinator(): Promise<number> {
    const bootstrapBrokers = cluster.bootstrapServers.split(',');
    const client = new Consumer({ clientId: 'test', groupId: GROUP, bootstrapBrokers });
    try {
      return await client.findGroupCoordinator();
    } finally {
      await client.close();
    }
  }

  /** Whether every replica of the topics is in sync; not where a broker ends while it is asked, or does not know them yet. */
  async function isInSync(names: string[]): Promise<boolean> {
    const asked = admin.fetchTopicMetadata({ topics: names });
    const { topics } = await asked.catch(() => ({ topics: [] }));
    const partitions = topics.flatMap((topic) => topic.partitions);
    return partitions.length > 0 && partitions.every(({ isr }) => isr.length === 3);
  }

  async function isCommitted(): Promise<boolean> {
    const [ends, [group]] = await Promise.all([
      admin.fetchTopicOffsets(NAME),
      admin.fetchOffsets({ groupId: GROUP, topics: [NAME] }),
    ]);
    const committed = new Map(group?.partitions.map((one) => [one.partition, one.offset]));
    return ends.every(({ partition, offset }) => committed.get(partition) === offset);
  }

  test('leader and coordinator are killed, and all brokers restart in turn, under 5,000 records/s for two members: each record is one row or one dead letter', async () => {
    const place = await createPlace();
    const env = {
      ...place.env,
      KAFKA_BOOTSTRAP_SERVERS: cluster.bootstrapServers,
      KAFKA_GROUP_ID: GROUP,
      KAFKA_AUTO_OFFSET_RESET: 'earliest',
      SINK_CONFIG: definitionFile({ topic: NAME }),
    };
    const members = [1, 2].map(() => consume([], env, command));
    for (const member of members) await member.ready();
    const load = await createSteadyLoad(cluster.bootstrapServers, NAME, PARTITIONS);
    const stored = async () => {
      const [row] = await place.database.query<{ count: number }>(
        'SELECT count(*)::int AS count FROM notifications',
      );
      return row?.count ?? 0;
    };
    /** As many again as two seconds bring: what was broken works. */
    const untilMore = async () => {
      const least = (await stored()) + 2 * RATE;
      const isThere = async () => {
        load.check();
        return (await stored()) >= least;
      };
      const what = () => `${least} rows, ${load.acknowledged()} records being there`;
      await until(isThere, what, 60_000, 250);
    };
    const restart = async (id: number, signal: NodeJS.Signals) => {
      const node = cluster.nodes.get(id) ?? expect.fail(`There is no broker ${id}.`);
      node.kill(signal);
      // Without it: two of three are enough.
      if (signal === 'SIGKILL') await untilMore();
      await node.restart();
      await until(
        () => isInSync([NAME, '__consumer_offsets']),
        'all replicas in sync',
        60_000,
        250,
      );
    };

    const stop = load.flow(RATE);
    onTestFinished(() => stop().catch(() => {}));
    await untilMore();
    await restart(await leader(), 'SIGKILL');
    await restart(await coordinator(), 'SIGKILL');
    for (const id of cluster.nodes.keys()) await restart(id, 'SIGTERM');
    await untilMore();
    await stop();
    await until(isCommitted, 'commits at the end of the logs', 60_000, 250);
    for (const member of members) await member.ready();

    const { records, samples, ...found } = await load.reconcile(place);
    expect([records, samples]).toEqual([load.acknowledged(), load.acknowledged()]);
    expect(found).toMatchObject(FAULTLESS);
  }, 240_000);
});
