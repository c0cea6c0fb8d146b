import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalKafka, startKafka } from '../../local/kafka.ts';
import { makeSamples } from './support/samples.ts';
import { createWorld } from './support/world.ts';

/** Longer than a session of its consumers, and than a request waits for its answer. */
const FREEZE_MS = 8000;

let broker: LocalKafka;
beforeAll(async () => {
  broker = await startKafka();
});
afterAll(() => broker.stop());

const createOwnWorld = () =>
  createWorld({
    servers: broker.bootstrapServers,
    settings: { KAFKA_SESSION_TIMEOUT_MS: '6000', SHUTDOWN_TIMEOUT_MS: '3000' },
  });

test('the consumer goes on by itself after the broker was killed in full flow and came back', () =>
  expectRecovery(async () => {
    broker.kill('SIGKILL');
    await broker.restart();
  }));

test('the consumer goes on by itself after the broker was frozen in full flow for longer than a session', () =>
  expectRecovery(async () => {
    broker.kill('SIGSTOP');
    try {
      await sleep(FREEZE_MS);
    } finally {
      broker.kill('SIGCONT');
    }
  }));

test('a consumer that is stopped while the broker is away ends, and another goes on when it is back', async () => {
  const { topic, consumer, untilRows, reconcile } = await createOwnWorld();
  const first = consumer();
  await first.start();
  const stopFlow = topic.flow();
  await untilRows(1000);
  broker.kill('SIGKILL');
  await first.stop();
  await broker.restart();
  const second = consumer();
  await second.start();
  await stopFlow();
  // The first could neither commit its last batches nor leave the group.
  await reconcile({ repeated: true });
  expect(second.batches.length).toBeGreaterThan(0);
});

/** Disturbs the broker in full flow, and expects the consumer to go on afterwards. */
async function expectRecovery(disturb: () => Promise<void>): Promise<void> {
  const { topic, consumer, untilRows, reconcile } = await createOwnWorld();
  const { start, batches } = consumer();
  await start();
  const stopFlow = topic.flow();
  await untilRows(1000);
  await disturb();
  await stopFlow();
  const before = batches.length;
  await topic.produce(makeSamples(300, topic.produced.length));
  // What was not committed when the broker went away may come again.
  await reconcile({ repeated: true });
  expect(batches.length).toBeGreaterThan(before);
}
