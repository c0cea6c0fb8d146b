import { expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { startConsume } from './support/consume.ts';
import { createWorld } from './support/world.ts';

test('a process that was frozen until the group gave it up wakes, commits nothing of others, and joins again', async () => {
  const { topic, env, consumer, untilRows, countRows, reconcile } = await createWorld({
    // The least that the broker allows.
    settings: { KAFKA_SESSION_TIMEOUT_MS: '6000' },
  });
  const frozen = startConsume(env);
  const stopFlow = topic.flow();
  await untilRows(1000);
  const [id = ''] = (await topic.group()).members;
  frozen.kill('SIGSTOP');
  const other = consumer();
  await other.start();
  await until(() => other.status().partitions.length === 3, 'the other to have all partitions');
  await untilRows((await countRows()) + 1000);
  frozen.kill('SIGCONT');
  await until(async () => {
    const { state, members } = await topic.group();
    return state === 'Stable' && members.length === 2 && !members.includes(id);
  }, 'both to be members');
  await untilRows((await countRows()) + 1000);
  await stopFlow();
  await reconcile({ repeated: true });
  frozen.kill('SIGTERM');
  expect(await frozen.ended, frozen.output()).toMatchObject({ code: 0, signal: null });
});
