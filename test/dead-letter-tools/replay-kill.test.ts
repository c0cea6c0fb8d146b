import { expect, inject, onTestFinished, test } from 'vitest';
import { startSqsProxy } from '../support/sqs-proxy.ts';
import { until } from '../support/until.ts';
import { createMailroom, goodLetter, type Mailroom } from './support/queue-world.ts';

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const rowsIn = async ({ database }: Mailroom) => {
  const [row] = await database.query<{ rows: number }>(
    'SELECT count(*)::int AS rows FROM notifications',
  );
  return row?.rows ?? 0;
};

test('killed three times in the middle of 10,000 letters, each row is stored once and the queue is empty', async () => {
  const room = await createMailroom();
  await room.send(...numbers(10_000).map(goodLetter));
  const args = ['replay', '--yes', '--visibility-timeout', '2'];
  let stored = 0;
  // Bounds for a machine under load.
  const bound = 60_000;
  for (const kill of [1, 2, 3]) {
    const run = room.start(...args);
    // In another place each time; rows are there, and most of their letters still too.
    const rows = async () => (await rowsIn(room)) > stored + kill * 500;
    const early = run.ended.then(({ stderr }) => {
      throw new Error(`Run ${kill} ended too early: ${stderr}`);
    });
    await Promise.race([until(rows, `rows of run ${kill}`, bound), early]);
    run.kill('SIGKILL');
    expect((await run.ended).code).toBeNull();
    stored = await rowsIn(room);
    expect(stored).toBeLessThan(10_000);
  }
  // What the killed ones had in hand comes back by itself.
  const emptied = async () => {
    expect((await room.run(...args)).code).toBe(0);
    return (await room.count()) === 0;
  };
  await until(emptied, 'an empty queue', bound);
  expect(
    await room.database.query(
      'SELECT count(*)::int AS rows, count(DISTINCT source_offset)::int AS records FROM notifications',
    ),
  ).toEqual([{ rows: 10_000, records: 10_000 }]);
}, 180_000);

test('SIGINT finishes the batch in hand, gives the rest back at once, and ends with 130', async () => {
  const room = await createMailroom();
  await room.send(...numbers(5000).map(goodLetter));
  const run = room.start('replay', '--yes');
  await until(async () => (await rowsIn(room)) > 0, 'the first rows');
  run.kill('SIGINT');
  const { code, stderr } = await run.ended;
  expect(code).toBe(130);
  expect(stderr).toContain('Stopping; once more to stop at once.');
  const rows = await rowsIn(room);
  expect(rows).toBeLessThan(5000);
  // Each letter whose row is stored is deleted, and each other one can be received.
  expect(await room.queue.takeAll()).toHaveLength(5000 - rows);
});

test('where the visibility timeout runs out in the middle, each letter is settled once', async () => {
  const room = await createMailroom();
  await room.send(...numbers(30).map(goodLetter));
  // The statement waits for this lock, and letters, which are not hidden anew while the process is stopped, come back.
  const lock = await room.database.pool.connect();
  await lock.query('BEGIN; LOCK TABLE notifications');
  const run = room.start('replay', '--yes', '--json', '--visibility-timeout', '1');
  await until(async () => (await waiting(room)) > 0, 'a statement that waits');
  run.kill('SIGSTOP');
  await until(() => room.isVisible(), 'letters that are visible again');
  await lock.query('COMMIT');
  lock.release();
  run.kill('SIGCONT');
  const { code, stdout } = await run.ended;
  expect(code).toBe(0);
  expect(JSON.parse(stdout).groups).toMatchObject([{ ending: 'stored', count: 30 }]);
  expect(await rowsIn(room)).toBe(30);
  await until(async () => {
    if ((await room.count()) > 0) await room.run('replay', '--yes');
    return (await room.count()) === 0;
  }, 'an empty queue');
});

test('letters in hand stay hidden from others, however long their batch takes', async () => {
  const room = await createMailroom();
  await room.send(...numbers(30).map(goodLetter));
  const lock = await room.database.pool.connect();
  await lock.query('BEGIN; LOCK TABLE notifications');
  const run = room.start('replay', '--yes', '--visibility-timeout', '1');
  await until(async () => (await waiting(room)) > 0, 'a statement that waits');
  const end = performance.now() + 2500;
  while (performance.now() < end) expect(await room.isVisible()).toBe(false);
  await lock.query('COMMIT');
  lock.release();
  expect((await run.ended).code).toBe(0);
  expect(await rowsIn(room)).toBe(30);
  expect(await room.count()).toBe(0);
});

test('where SQS goes away between storing and deleting, the next run deletes what is stored', async () => {
  const room = await createMailroom();
  await room.send(...numbers(30).map(goodLetter));
  const proxy = await startSqsProxy(inject('sqsEndpoint'));
  onTestFinished(() => proxy.stop());
  const lock = await room.database.pool.connect();
  await lock.query('BEGIN; LOCK TABLE notifications');
  const through = new URL(new URL(room.queue.url).pathname, proxy.endpoint).href;
  const args = ['replay', '--yes', '--json', '--visibility-timeout', '2'];
  const run = room.start(...args, '--queue-url', through);
  await until(async () => (await waiting(room)) > 0, 'a statement that waits');
  proxy.fault.status = 503;
  await lock.query('COMMIT');
  lock.release();
  const { code, stdout, stderr } = await run.ended;
  expect(code).toBe(1);
  expect(stderr).toContain('Stopped: The queue cannot be used: SQS did not answer as it should');
  expect(JSON.parse(stdout).groups).toMatchObject([{ ending: 'stored', count: 30 }]);
  expect(await rowsIn(room)).toBe(30);
  await until(() => room.isVisible(), 'letters that are visible again');
  const again = await room.run(...args);
  expect(JSON.parse(again.stdout)).toMatchObject({
    groups: [{ ending: 'stored', count: 30 }],
    repeats: 30,
  });
  expect(await room.count()).toBe(0);
});

test('two replays side by side store each row once', async () => {
  const room = await createMailroom();
  await room.send(...numbers(3000).map(goodLetter));
  const runs = [room.start('replay', '--yes'), room.start('replay', '--yes')];
  const codes = (await Promise.all(runs.map(({ ended }) => ended))).map(({ code }) => code);
  expect(codes).toEqual([0, 0]);
  expect(await rowsIn(room)).toBe(3000);
  expect(await room.count()).toBe(0);
});

async function waiting({ database }: Mailroom): Promise<number> {
  const rows = await database.query(
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
  );
  return rows.length;
}
