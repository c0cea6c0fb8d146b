import { expect, test } from 'vitest';
import { startConsume } from './support/consume.ts';
import { createWorld } from './support/world.ts';

test('SIGKILL in full flow: another takes over when the session has ended, and nothing is lost or there twice', async () => {
  const { topic, env, untilRows, countRows, reconcile } = await createWorld({
    // The least that the broker allows.
    settings: { KAFKA_SESSION_TIMEOUT_MS: '6000' },
  });
  const first = startConsume(env);
  const stopFlow = topic.flow();
  await untilRows(1000);
  first.kill('SIGKILL');
  expect(await first.ended).toMatchObject({ code: null, signal: 'SIGKILL' });
  const stored = await countRows();
  startConsume(env);
  await untilRows(stored + 1000);
  await stopFlow();
  // Its last batch may have been under way, and comes again.
  await reconcile({ repeated: true });
});
