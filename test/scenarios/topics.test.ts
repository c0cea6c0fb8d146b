import { expect, test } from 'vitest';
import type { SinkRecord } from '../../src/record/record.ts';
import { DeadlineError } from '../../src/timing/deadline.ts';
import { recordsOf } from '../support/fates.ts';
import { until } from '../support/until.ts';
import { makeSamples } from './support/samples.ts';
import { createWorld } from './support/world.ts';

/** Everybody's default. The first records of a new topic are no more to be skipped than others. */
const settings = { KAFKA_AUTO_OFFSET_RESET: 'latest' };

test('a topic that appears while a group runs is taken beside the first: every record of both is one row or one dead letter', async () => {
  const { topic, addTopic, consumer, untilRows, reconcile } = await createWorld({
    ...{ settings, pattern: true },
  });
  const { start, status, batches } = consumer();
  await start();
  await until(() => status().partitions.length === 3, 'the assignment');
  const stopFlow = topic.flow();
  await untilRows(500);
  const added = await addTopic('-1');
  await added.produce(makeSamples(3000, 1_000_000));
  await until(() => status().partitions.length === 6, 'the partitions of both');
  await added.produce(makeSamples(300, 2_000_000));
  await stopFlow();
  // Those that it has keep their records meanwhile, so that nothing is delivered twice.
  await reconcile();
  const records = batches.flat().filter((record) => record.topic === added.name);
  expect(records).toHaveLength(3300);
});

test('a deployment that adds a topic, one member after the other: nothing is lost, nothing is there twice', async () => {
  const { topic, addTopic, consumer, untilRows, countRows, reconcile } = await createWorld({
    ...{ pattern: true, settings: { KAFKA_SESSION_TIMEOUT_MS: '6000' } },
  });
  const added = await addTopic('-1');
  const old = [1, 2].map(() => consumer(undefined, {}, topic.name));
  const young = [1, 2].map(() => consumer());
  const stopFlow = topic.flow();
  await added.produce(makeSamples(3000, 1_000_000));
  for (const { start } of old) await start();
  await untilRows(500);
  for (const [at, { stop }] of old.entries()) {
    await stop();
    await young[at]?.start();
    await untilRows((await countRows()) + 500);
  }
  await stopFlow();
  await reconcile({ repeated: true });
  for (const { batches } of old)
    expect(batches.flat().every((record) => record.topic === topic.name)).toBe(true);
});

test('records of one topic that fail hold up nothing in another, and are stored when they can be', async () => {
  const { topic, addTopic, consumer, reconcile } = await createWorld({ pattern: true });
  const other = await addTopic('-1');
  let isFixed = false;
  const { start } = consumer((sink) => async (batch, deadline) => {
    const [bad, good] = [true, false].map((isBad) =>
      recordsOf(batch).filter((record) => (record.topic === topic.name && !isFixed) === isBad),
    ) as [SinkRecord[], SinkRecord[]];
    const fates = await sink({ ...batch, records: good, size: good.length }, deadline);
    const cause = new DeadlineError('The time for the batch ran out.');
    return { ...fates, failed: [...fates.failed, ...bad.map((record) => ({ record, cause }))] };
  });
  await start();
  await topic.produce(makeSamples(300));
  await other.produce(makeSamples(300, 1000));
  await until(other.isCommitted, 'the commits of the other topic');
  expect(await topic.committed()).toEqual([0, 0, 0]);
  isFixed = true;
  await reconcile();
});
