import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { makeSamples } from './support/samples.ts';
import { createWorld } from './support/world.ts';

test('a broker that never answers: the error names it and the time that it had, and nothing is lost', async () => {
  const server = createServer((socket) => socket.resume());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.close();
    await once(server, 'close');
  });
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { topic, consumer, reconcile } = await createWorld();
  await topic.produce(makeSamples(300));
  const vain = consumer((handle) => handle, {
    KAFKA_BOOTSTRAP_SERVERS: address,
    KAFKA_CONNECT_TIMEOUT_MS: '1200',
  });
  const startedAt = performance.now();
  await expect(vain.start()).rejects.toMatchObject({
    name: 'KafkaError',
    message: expect.stringMatching(
      new RegExp(`^No Kafka broker answered at ${address} within 1200 ms: `),
    ),
  });
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(1199);
  await vain.stop();
  const { start } = consumer();
  await start();
  await reconcile();
  expect(vain.batches).toEqual([]);
});
