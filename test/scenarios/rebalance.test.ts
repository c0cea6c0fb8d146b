import { expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { createWorld, type TestConsumer } from './support/world.ts';

/** The least that the broker allows; heartbeats, which tell of a rebalance, are three times as frequent. */
const SETTINGS = { KAFKA_SESSION_TIMEOUT_MS: '6000' };

test('two, then three, then one consumers share the topic: nothing is lost, nothing is there twice', async () => {
  const { topic, consumer, untilRows, countRows, reconcile } = await createWorld({
    settings: SETTINGS,
  });
  const [first, second, third] = [consumer(), consumer(), consumer()];
  const stopFlow = topic.flow();
  await Promise.all([first.start(), second.start()]);
  await untilShared([first, second]);
  await untilRows((await countRows()) + 1000);
  await third.start();
  await untilShared([first, second, third]);
  await untilRows((await countRows()) + 1000);
  await Promise.all([first.stop(), third.stop()]);
  await untilShared([second]);
  await untilRows((await countRows()) + 1000);
  await stopFlow();
  // A batch that was under way when its partition moved on is delivered again by who has it now.
  await reconcile({ repeated: true });
  for (const { batches } of [first, second, third]) expect(batches.length).toBeGreaterThan(0);
  expect(await topic.committed()).toEqual(await topic.ends());
});

test('a consumer keeps its place while others join and leave one after the other', async () => {
  const { topic, consumer, untilRows, countRows, reconcile } = await createWorld({
    settings: SETTINGS,
  });
  const steady = consumer();
  await steady.start();
  const stopFlow = topic.flow();
  await untilRows(500);
  for (let round = 0; round < 3; round += 1) {
    const guest = consumer();
    await guest.start();
    await untilShared([steady, guest]);
    await untilRows((await countRows()) + 300);
    await guest.stop();
  }
  await untilShared([steady]);
  await untilRows((await countRows()) + 500);
  await stopFlow();
  await reconcile({ repeated: true });
});

/** Waits until the three partitions are assigned, each to one of these consumers, and each of these has one. */
function untilShared(consumers: readonly TestConsumer[]): Promise<void> {
  return until(() => {
    const shares = consumers.map(({ status }) =>
      status().partitions.map(({ partition }) => partition),
    );
    return shares.every(({ length }) => length > 0) && shares.flat().sort().join() === '0,1,2';
  }, `${consumers.length} consumers to share the partitions`);
}
