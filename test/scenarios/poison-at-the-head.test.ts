import { expect, test } from 'vitest';
import type { SinkRecord } from '../../src/record/record.ts';
import { DeadlineError } from '../../src/timing/deadline.ts';
import { recordsOf } from '../support/fates.ts';
import { until } from '../support/until.ts';
import { makeSamples } from './support/samples.ts';
import { createWorld } from './support/world.ts';

test.each([
  'tombstone',
  'invalid_utf8',
  'invalid_json',
  'invalid_value',
  'rejected_by_postgres',
] as const)(
  'an invalid record (%s) at the head of a partition is dead-lettered the first time and holds up nothing',
  async (reason) => {
    const { topic, consumer, reconcile } = await createWorld();
    const { start, batches } = consumer();
    await topic.produce(
      makeSamples(120, 0, (number) => ({ rejected: number === 0 ? reason : null })),
    );
    await start();
    await reconcile();
    const tries = batches.flat().filter(isHead);
    expect(tries).toHaveLength(1);
  },
);

test('a record at the head of a partition that fails again and again holds back the commits behind it, and nothing else', async () => {
  const { topic, consumer, untilRows, reconcile } = await createWorld();
  let fixed = false;
  const { start, batches } = consumer((sink) => async (batch, deadline) => {
    const fates = await sink(batch, deadline);
    const head = recordsOf(batch).find(isHead);
    if (fixed || !head) return fates;
    const cause = new DeadlineError('It always takes too long.');
    return { ...fates, failed: [...fates.failed, { record: head, cause }] };
  });
  await topic.produce(makeSamples(300));
  await start();
  const tries = () => batches.flat().filter(isHead).length;
  await until(() => tries() > 2, 'the record to be delivered again');
  await topic.produce(makeSamples(300, 300));
  await untilRows(topic.produced.filter(({ rejected }) => rejected === null).length);
  await until(async () => {
    const [head, ...others] = await topic.committed();
    expect(head).toBeLessThanOrEqual(0);
    return others.every((offset) => offset === 200);
  }, 'the other partitions to be committed');
  fixed = true;
  await reconcile();
  // Nobody else was delivered again.
  expect(batches.flat()).toHaveLength(topic.produced.length + tries() - 1);
});

function isHead({ partition, offset }: SinkRecord): boolean {
  return partition === 0 && offset === 0;
}
