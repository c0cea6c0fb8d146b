import { expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { createWorld, type TestConsumer } from './support/world.ts';

test('a static member that restarts within its session gets its partitions back, and the others keep theirs', async () => {
  const { topic, consumer, untilRows, countRows, reconcile } = await createWorld();
  const member = (name: string) => consumer((sink) => sink, { KAFKA_GROUP_INSTANCE_ID: name });
  const [steady, first] = [member('a'), member('b')];
  await steady.start();
  await first.start();
  // A partition moves in two rounds, in between which it is nobody's.
  await until(
    () => share(first).length > 0 && share(steady).length + share(first).length === 3,
    'the partitions to be shared',
  );
  const [kept, moved] = [share(steady), share(first)];
  const stopFlow = topic.flow();
  await untilRows(500);
  await first.stop();
  const second = member('b');
  await second.start();
  await until(() => share(second).length > 0, 'the restarted member to have partitions');
  await untilRows((await countRows()) + 500);
  await stopFlow();
  await reconcile({ repeated: true });
  expect(share(second)).toEqual(moved);
  expect(share(steady)).toEqual(kept);
  const read = new Set(steady.batches.flat().map(({ partition }) => partition));
  expect([...read].sort()).toEqual(kept);
});

function share({ status }: TestConsumer): number[] {
  return status().partitions.map(({ partition }) => partition);
}
