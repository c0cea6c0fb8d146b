import { Admin, Consumer } from '@platformatic/kafka';
import kafkajs from 'kafkajs';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../support/until.ts';
import { makeSamples } from './support/samples.ts';
import { createWorld } from './support/world.ts';

type World = Awaited<ReturnType<typeof createWorld>>;

/** Puts all members out of the group, as must be done before its offsets can be reset. */
async function putOut({ topic }: World, admin: Admin): Promise<void> {
  await admin.removeMembersFromConsumerGroup({ groupId: topic.groupId });
}

function createAdmin({ topic }: World): Admin {
  const bootstrapBrokers = topic.servers.split(',');
  const admin = new Admin({ clientId: 'scenario', bootstrapBrokers });
  onTestFinished(() => admin.close());
  return admin;
}

test('offsets that are reset while a consumer runs: it goes on there, says so once, and nothing is there twice', async () => {
  const world = await createWorld();
  const { topic, consumer, untilCommitted, reconcile } = world;
  const admin = createAdmin(world);
  const { start, status, warnings, batches } = consumer();
  await start();
  await topic.produce(makeSamples(300));
  await untilCommitted();
  await putOut(world, admin);
  const partitionOffsets = [0, 1, 2].map((partition) => ({ partition, offset: 10n }));
  await admin.alterConsumerGroupOffsets({
    groupId: topic.groupId,
    topics: [{ name: topic.name, partitionOffsets }],
  });
  const again = 300 + 300 - 30;
  await until(() => batches.flat().length >= again, `${again} records`);
  await topic.produce(makeSamples(300, 300));
  await reconcile({ repeated: true });
  expect(batches.flat()).toHaveLength(again + 300);
  expect(warnings.length, warnings.join('\n')).toBe(1);
  expect(warnings[0]).toContain('"error":"UNKNOWN_MEMBER_ID"');
  expect(status()).toMatchObject({ joined: true, trouble: null });
});

test('members of another protocol in the group: a start says so and ends, a member says so once and goes on when they are gone', async () => {
  const world = await createWorld({ settings: { KAFKA_SESSION_TIMEOUT_MS: '6000' } });
  const { topic, consumer, untilCommitted, reconcile } = world;
  const first = consumer();
  await first.start();
  await topic.produce(makeSamples(300));
  await untilCommitted();
  const kafka = new kafkajs.Kafka({
    brokers: topic.servers.split(','),
    logLevel: kafkajs.logLevel.NOTHING,
  });
  const other = kafka.consumer({ groupId: topic.groupId });
  await other.connect();
  onTestFinished(() => other.disconnect());
  await other.subscribe({ topic: topic.name });
  const joined = new Promise((resolve) => other.on(other.events.GROUP_JOIN, resolve));
  await putOut(world, createAdmin(world));
  await other.run({ autoCommit: false, eachMessage: async () => {} });
  await joined;
  const code = 'INCONSISTENT_GROUP_PROTOCOL';
  await until(
    () => !first.status().joined && first.status().trouble === code,
    'the end of the membership',
  );
  const second = consumer();
  await expect(second.start()).rejects.toMatchObject({
    name: 'KafkaError',
    message: expect.stringMatching(/no sinks \(INCONSISTENT_GROUP_PROTOCOL\): stop them, or set/),
  });
  await topic.produce(makeSamples(300, 300));
  await other.disconnect();
  await reconcile();
  expect(first.warnings.filter((line) => line.includes(`"error":"${code}"`))).toHaveLength(1);
  // That it was put out.
  expect(first.warnings.length, first.warnings.join('\n')).toBe(2);
  expect(first.status()).toMatchObject({ joined: true, trouble: null });
});

test.each(['before', 'after'])(
  'a member of the protocol of KIP-848 that joins %s this one shares the partitions, and when it is gone nothing is missing',
  async (order) => {
    const world = await createWorld({ settings: { KAFKA_SESSION_TIMEOUT_MS: '6000' } });
    const { topic, consumer, reconcile } = world;
    const { start, status } = consumer();
    const other = new Consumer<Buffer, Buffer, Buffer, Buffer>({
      clientId: 'scenario',
      bootstrapBrokers: topic.servers.split(','),
      groupId: topic.groupId,
      groupProtocol: 'consumer',
      autocommit: false,
    });
    const join = async () => void (await other.consume({ topics: [topic.name] }));
    onTestFinished(() => other.close(true));
    if (order === 'before') await join();
    await start();
    if (order === 'after') await join();
    const stopFlow = topic.flow();
    await until(() => (other.assignments ?? []).length > 0, 'its partitions');
    await until(() => [1, 2].includes(status().partitions.length), 'ours');
    await other.close(true);
    await until(() => status().partitions.length === 3, 'all partitions');
    await stopFlow();
    await reconcile({ repeated: true });
    expect(status()).toMatchObject({ joined: true, trouble: null });
  },
);
