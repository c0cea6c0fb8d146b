import { Admin } from '@platformatic/kafka';
import { describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { startKafka } from '../../local/kafka.ts';
import type { Consumer } from '../../src/consumer/consumer.ts';
import { createGate } from '../consumer/support/drive.ts';
import { sinkOf } from '../support/fates.ts';
import {
  consumerConfig,
  createTestConsumer,
  createTestTopic,
  type TestTopic,
} from '../support/topic.ts';

const within = { timeout: 30_000, interval: 20 };
const VALUE = Buffer.from('{}');
const RECORDS = [0, 1, 2].flatMap((partition) => Array(10).fill({ partition, value: VALUE }));
/** Partition and offset of every record that a sink was given. */
const createList = () => {
  const seen: string[] = [];
  const sink = sinkOf((records) => {
    seen.push(...records.map(({ partition, offset }) => `${partition}@${offset}`));
    return [];
  });
  return { seen, sink };
};
const partitionsOf = (consumer: Consumer) =>
  consumer.status().partitions.map(({ partition }) => partition);

function createAdmin({ bootstrapServers }: TestTopic): Admin {
  const admin = new Admin({ clientId: 'test', bootstrapBrokers: [bootstrapServers] });
  onTestFinished(() => admin.close());
  return admin;
}

async function membersOf({ name }: TestTopic, admin: Admin) {
  const groups = await admin.describeGroups({ groups: [`group-${name}`] });
  return [...(groups.get(`group-${name}`)?.members.values() ?? [])];
}

describe.skipIf(inject('kafka') === null)('over a real broker', () => {
  test('a partition moves to a new member when the batch under way is committed, and no record is handed over twice', async () => {
    const topic = await createTestTopic();
    const gate = createGate();
    const [one, two] = [createList(), createList()];
    const first = topic.consumer(async (batch, deadline) => {
      const fates = one.sink(batch, deadline);
      await gate.wait();
      return fates;
    });
    const second = topic.consumer(two.sink);
    await topic.produce(RECORDS);
    await first.start();
    await vi.waitFor(() => expect(one.seen.length).toBeGreaterThan(0), within);
    await second.start();
    // The group has asked for a partition, and waits for the batch.
    await vi.waitFor(() => expect(first.status().joined).toBe(true), within);
    expect(partitionsOf(second)).toEqual([]);
    gate.open();
    await vi.waitFor(() => expect(partitionsOf(second)).toHaveLength(1), within);
    await topic.produce(RECORDS);
    await vi.waitFor(async () => expect(await topic.committed()).toEqual([20, 20, 20]), within);
    expect([...partitionsOf(first), ...partitionsOf(second)].toSorted()).toEqual([0, 1, 2]);
    const all = [...one.seen, ...two.seen];
    expect(all).toHaveLength(60);
    expect(new Set(all).size).toBe(60);
    expect(two.seen.length).toBeGreaterThanOrEqual(10);
  });

  test('a member that was put out of its group joins again, and what was under way counts for nothing', async () => {
    const topic = await createTestTopic();
    const gate = createGate();
    const { seen, sink } = createList();
    let calls = 0;
    const consumer = topic.consumer(async (batch, deadline) => {
      calls += 1;
      const fates = await sink(batch, deadline);
      if (calls === 1) await gate.wait();
      return fates;
    });
    await topic.produce(RECORDS);
    await consumer.start();
    await vi.waitFor(() => expect(seen.length).toBeGreaterThan(0), within);
    const admin = createAdmin(topic);
    const [member] = await membersOf(topic, admin);
    await admin.removeMembersFromConsumerGroup({ groupId: `group-${topic.name}` });
    await vi.waitFor(async () => {
      const [{ id } = { id: member?.id }] = await membersOf(topic, admin);
      expect(id).not.toBe(member?.id);
    }, within);
    expect(await topic.committed()).toEqual([0, 0, 0]);
    gate.open();
    await vi.waitFor(async () => expect(await topic.committed()).toEqual([10, 10, 10]), within);
    expect(new Set(seen).size).toBe(30);
  });

  test('the group knows a member by the name of its own that it is given', async () => {
    const topic = await createTestTopic();
    const [one, two] = [createList(), createList()];
    const first = topic.consumer(one.sink, { KAFKA_GROUP_INSTANCE_ID: 'sink-0' });
    const second = topic.consumer(two.sink, { KAFKA_GROUP_INSTANCE_ID: 'sink-1' });
    await Promise.all([first.start(), second.start()]);
    await vi.waitFor(() => {
      expect(partitionsOf(first).length + partitionsOf(second).length).toBe(3);
      expect(partitionsOf(first).length * partitionsOf(second).length).toBe(2);
    }, within);
    const members = await membersOf(topic, createAdmin(topic));
    expect(members.map(({ groupInstanceId }) => groupInstanceId).toSorted()).toEqual([
      'sink-0',
      'sink-1',
    ]);
  });

  test('records of a partition that the topic gets later are handed over, the first one included', async () => {
    vi.useFakeTimers({ toFake: ['setInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const topic = await createTestTopic();
    const { seen, sink } = createList();
    const consumer = topic.consumer(sink, { KAFKA_AUTO_OFFSET_RESET: 'latest' });
    await consumer.start();
    await vi.waitFor(() => expect(partitionsOf(consumer)).toEqual([0, 1, 2]), within);
    await createAdmin(topic).createPartitions({
      topics: [{ name: topic.name, count: 4, assignments: null }],
    });
    await topic.produce([{ partition: 3, value: VALUE }]);
    await vi.advanceTimersByTimeAsync(10_000);
    await vi.waitFor(() => expect(seen).toEqual(['3@0']), within);
    expect(partitionsOf(consumer)).toEqual([0, 1, 2, 3]);
  });

  test('tells the lag, and takes 30,000 records that wait in many turns of its loop, with heartbeats in between [K3]', async () => {
    const topic = await createTestTopic();
    const message = { partition: 0, value: Buffer.alloc(300, 'x') };
    for (let at = 0; at < 30; at += 1) await topic.produce(Array(1000).fill(message));
    const turns: number[] = [];
    const gate = createGate();
    const consumer = topic.consumer(sinkOf(gate.wait), {}, { onTurn: (ms) => turns.push(ms) });
    await consumer.start();
    await vi.waitFor(() => expect(consumer.status().paused).toBe(true), within);
    expect(await consumer.lag()).toEqual(
      [30_000, 0, 0].map((records, partition) => ({ topic: topic.name, partition, records })),
    );
    gate.open();
    await vi.waitFor(
      async () => expect((await consumer.lag()).map(({ records }) => records)).toEqual([0, 0, 0]),
      within,
    );
    // How long they are, npm run bench:consumer prints.
    expect(turns.length).toBeGreaterThan(5);
  });

  test('stops in its time while no broker answers, and says in which state it is', async () => {
    const broker = await startKafka();
    onTestFinished(() => broker.stop());
    const topic = await createTestTopic(broker.bootstrapServers);
    const { seen, sink } = createList();
    const consumer = topic.consumer(sink, {
      SHUTDOWN_TIMEOUT_MS: '3000',
      KAFKA_CONNECT_TIMEOUT_MS: '1000',
    });
    await topic.produce(RECORDS);
    await consumer.start();
    await vi.waitFor(() => expect(seen).toHaveLength(30), within);
    broker.kill('SIGSTOP');
    onTestFinished(() => void broker.kill('SIGCONT'));
    await vi.waitFor(() => expect(consumer.status().joined).toBe(false), within);
    await expect(consumer.lag()).rejects.toMatchObject({ name: 'DeadlineError' });
    const start = performance.now();
    await consumer.stop();
    // Far less than the session, after which the broker would let go of it; a busy machine is no defect.
    expect(performance.now() - start).toBeLessThan(20_000);
  }, 120_000);

  test('a member without a partition says so, and who skips what a topic holds already says that', async () => {
    const topic = await createTestTopic();
    await topic.produce(RECORDS);
    const said: [string, unknown][] = [];
    const log = { warn: (message: string, fields: unknown) => void said.push([message, fields]) };
    const config = consumerConfig(topic.bootstrapServers, topic.name, {
      KAFKA_AUTO_OFFSET_RESET: 'latest',
    });
    const members = [0, 1, 2, 3].map(() =>
      createTestConsumer(config, [topic.name], createList().sink, {}, log),
    );
    for (const member of members) await member.start();
    await vi.waitFor(
      () => expect(said.map(([message]) => message).join()).toContain('has no partition'),
      within,
    );
    const [message, fields] = said[0] ?? [];
    expect(message).toMatch(/begins at their end: what they hold is not stored/);
    expect(fields).toEqual({ topic: topic.name, ends: { 0: 10, 1: 10, 2: 10 } });
  });
});
