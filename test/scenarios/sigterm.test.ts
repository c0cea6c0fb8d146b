import { expect, onTestFinished, test } from 'vitest';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { startConsume } from './support/consume.ts';
import { createWorld } from './support/world.ts';

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s in full flow: what it has is flushed and committed, it leaves and exits with 0, and another goes on from there',
  async (signal) => {
    const { topic, env, untilRows, countRows, countDeadLetters, reconcile } = await createWorld();
    const first = startConsume(env);
    const stopFlow = topic.flow();
    await untilRows(1000);
    first.kill(signal);
    expect(await first.ended, first.output()).toMatchObject({ code: 0, signal: null });
    expect((await topic.group()).members).toEqual([]);
    await stopFlow();
    // Every row and dead letter is committed, and nothing else is.
    const committed = await topic.committed();
    const stored = (await countRows()) + (await countDeadLetters());
    expect(committed.reduce((sum, offset) => sum + Math.max(0, offset), 0)).toBe(stored);
    // It was in the middle of it.
    expect(await topic.isCommitted()).toBe(false);
    startConsume(env);
    await reconcile();
  },
);

test('SIGTERM while the database is away: it ends in its time, and another stores what it had', async () => {
  const { topic, env, database, untilRows, reconcile } = await createWorld();
  const url = new URL(database.url);
  const proxy = await startTcpProxy(Number(url.port));
  onTestFinished(proxy.stop);
  url.port = `${proxy.port}`;
  const first = startConsume({ ...env, DATABASE_URL: url.href, SHUTDOWN_TIMEOUT_MS: '2000' });
  const stopFlow = topic.flow();
  await untilRows(1000);
  await proxy.swallow('request');
  first.kill('SIGTERM');
  expect(await first.ended, first.output()).toMatchObject({ code: 0, signal: null });
  expect((await topic.group()).members).toEqual([]);
  await stopFlow();
  proxy.giveUp();
  startConsume(env);
  // Its last batch was under way: the dead letters were sent, and PostgreSQL did not answer.
  await reconcile({ repeated: true });
});
