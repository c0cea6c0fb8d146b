import { expect, inject, onTestFinished, test } from 'vitest';
import { startSqsProxy } from '../support/sqs-proxy.ts';
import { until } from '../support/until.ts';
import { createQueueWorld, goodDeadLetter, type QueueWorld } from './support/queue-world.ts';

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const rowsIn = async ({ database }: QueueWorld) => {
  const [row] = await database.query<{ rows: number }>(
    'SELECT count(*)::int AS rows FROM notifications',
  );
  return row?.rows ?? 0;
};

test('killed three times during 10,000 dead letters, it stores each row once and empties the queue', async () => {
  const world = await createQueueWorld();
  await world.send(...numbers(10_000).map(goodDeadLetter));
  const args = ['replay', '--yes', '--visibility-timeout', '2'];
  let stored = 0;
  // Bounds for a machine under load.
  const bound = 60_000;
  for (const kill of [1, 2, 3]) {
    const run = world.start(...args);
    // At another moment each time; rows are stored, and most of their dead letters not deleted yet.
    const rows = async () => (await rowsIn(world)) > stored + kill * 500;
    const early = run.ended.then(({ stderr }) => {
      throw new Error(`Run ${kill} ended too early: ${stderr}`);
    });
    await Promise.race([until(rows, `rows of run ${kill}`, bound), early]);
    run.kill('SIGKILL');
    expect((await run.ended).code).toBeNull();
    stored = await rowsIn(world);
    expect(stored).toBeLessThan(10_000);
  }
  // The messages of the killed runs reappear by themselves.
  const emptied = async () => {
    expect((await world.run(...args)).code).toBe(0);
    return (await world.count()) === 0;
  };
  await until(emptied, 'an empty queue', bound);
  expect(
    await world.database.query(
      'SELECT count(*)::int AS rows, count(DISTINCT source_offset)::int AS records FROM notifications',
    ),
  ).toEqual([{ rows: 10_000, records: 10_000 }]);
}, 180_000);

test('SIGINT finishes the current batch, releases the other messages at once, and exits with 130', async () => {
  const world = await createQueueWorld();
  await world.send(...numbers(5000).map(goodDeadLetter));
  const run = world.start('replay', '--yes');
  await until(async () => (await rowsIn(world)) > 0, 'the first rows');
  run.kill('SIGINT');
  const { code, stderr } = await run.ended;
  expect(code).toBe(130);
  expect(stderr).toContain('Stopping after the work in progress; a second Ctrl-C stops at once.');
  const rows = await rowsIn(world);
  expect(rows).toBeLessThan(5000);
  // Every dead letter with a stored row is deleted, and every other one is visible.
  expect(await world.queue.takeAll()).toHaveLength(5000 - rows);
});

test('when the visibility timeout runs out during a batch, each dead letter is replayed once', async () => {
  const world = await createQueueWorld();
  await world.send(...numbers(30).map(goodDeadLetter));
  // The statement waits for this lock. The stopped process extends no lease, so its messages reappear.
  const lock = await world.database.pool.connect();
  await lock.query('BEGIN; LOCK TABLE notifications');
  const run = world.start('replay', '--yes', '--json', '--visibility-timeout', '1');
  await until(async () => (await waiting(world)) > 0, 'a statement that waits');
  run.kill('SIGSTOP');
  await until(() => world.isVisible(), 'messages that are visible again');
  await lock.query('COMMIT');
  lock.release();
  run.kill('SIGCONT');
  const { code, stdout } = await run.ended;
  expect(code).toBe(0);
  expect(JSON.parse(stdout).groups).toMatchObject([{ ending: 'stored', count: 30 }]);
  expect(await rowsIn(world)).toBe(30);
  await until(async () => {
    if ((await world.count()) > 0) await world.run('replay', '--yes');
    return (await world.count()) === 0;
  }, 'an empty queue');
});

test('leased messages stay invisible to others, however long their batch takes', async () => {
  const world = await createQueueWorld();
  await world.send(...numbers(30).map(goodDeadLetter));
  const lock = await world.database.pool.connect();
  await lock.query('BEGIN; LOCK TABLE notifications');
  const run = world.start('replay', '--yes', '--visibility-timeout', '1');
  await until(async () => (await waiting(world)) > 0, 'a statement that waits');
  const end = performance.now() + 2500;
  while (performance.now() < end) expect(await world.isVisible()).toBe(false);
  await lock.query('COMMIT');
  lock.release();
  expect((await run.ended).code).toBe(0);
  expect(await rowsIn(world)).toBe(30);
  expect(await world.count()).toBe(0);
});

test('when SQS fails between storing and deleting, the next run deletes the stored dead letters', async () => {
  const world = await createQueueWorld();
  await world.send(...numbers(30).map(goodDeadLetter));
  const proxy = await startSqsProxy(inject('sqsEndpoint'));
  onTestFinished(() => proxy.stop());
  const lock = await world.database.pool.connect();
  await lock.query('BEGIN; LOCK TABLE notifications');
  const through = new URL(new URL(world.queue.url).pathname, proxy.endpoint).href;
  const args = ['replay', '--yes', '--json', '--visibility-timeout', '2'];
  const run = world.start(...args, '--queue-url', through);
  await until(async () => (await waiting(world)) > 0, 'a statement that waits');
  proxy.fault.status = 503;
  await lock.query('COMMIT');
  lock.release();
  const { code, stdout, stderr } = await run.ended;
  expect(code).toBe(1);
  expect(stderr).toContain('Stopped: The queue cannot be used: SQS did not answer as it should');
  expect(JSON.parse(stdout).groups).toMatchObject([{ ending: 'stored', count: 30 }]);
  expect(await rowsIn(world)).toBe(30);
  await until(() => world.isVisible(), 'messages that are visible again');
  const again = await world.run(...args);
  expect(JSON.parse(again.stdout)).toMatchObject({
    groups: [{ ending: 'stored', count: 30 }],
    repeats: 30,
  });
  expect(await world.count()).toBe(0);
});

test('two replays at the same time store each row once', async () => {
  const world = await createQueueWorld();
  await world.send(...numbers(3000).map(goodDeadLetter));
  const runs = [world.start('replay', '--yes'), world.start('replay', '--yes')];
  const codes = (await Promise.all(runs.map(({ ended }) => ended))).map(({ code }) => code);
  expect(codes).toEqual([0, 0]);
  expect(await rowsIn(world)).toBe(3000);
  expect(await world.count()).toBe(0);
});

async function waiting({ database }: QueueWorld): Promise<number> {
  const rows = await database.query(
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
  );
  return rows.length;
}
