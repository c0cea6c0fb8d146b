import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Keeper, startKeeper } from '../../local/keep.ts';
import { until } from '../support/until.ts';
import { rejection, runs } from './helpers.ts';

test.concurrent('a program that ignores its stop signal is killed, and the folder goes', async () => {
  const keeper = start();
  const script = "process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1e6)";
  const { pid, ended } = await runNode(keeper, script);
  await until(() => readFileSync(join(keeper.folder, 'log'), 'utf8') === 'up\n', 'its first line');
  writeFileSync(join(keeper.folder, 'data'), 'some');

  await keeper.stop();

  expect((await ended).signal).toBe('SIGKILL');
  expect(runs(pid)).toBe(false);
  expect(existsSync(keeper.folder)).toBe(false);
}, 20_000);

test.concurrent('a suspended program can be stopped', async () => {
  const keeper = start();
  const kept = await runNode(keeper, 'setInterval(() => {}, 1e6)');
  kept.kill('SIGSTOP');

  await keeper.stop();

  expect(runs(kept.pid)).toBe(false);
});

test.concurrent('the end of a program is reported with its exit code, and then the next one can run', async () => {
  const keeper = start();
  const first = await runNode(keeper, 'process.exit(7)');
  expect(await first.ended).toMatchObject({ code: 7, signal: null });
  expect(first.exit).toMatchObject({ code: 7 });
  first.kill('SIGKILL'); // nothing to hit any more

  const second = await runNode(keeper, 'process.exit(8)');
  expect(await second.ended).toMatchObject({ code: 8 });
  await keeper.stop();
});

test.concurrent('a program counts as ended only when all that it started are gone', async () => {
  const keeper = start();
  const heir = "require('child_process').spawn('sleep', ['1'], { stdio: [0, 1, 2, 3] })";
  const began = Date.now();
  const kept = await runNode(keeper, `${heir}; process.exit(0)`);

  await kept.ended;

  expect(Date.now() - began).toBeGreaterThanOrEqual(900);
  await keeper.stop();
});

test.concurrent('a program that does not exist rejects with the code of the system', async () => {
  const keeper = start();
  const error = await rejection(run(keeper, 'no-such-program', []));
  expect(error).toMatchObject({ code: 'ENOENT' });
  await keeper.stop();
});

test.concurrent('stop() can be called twice, and nothing can be run after it', async () => {
  const keeper = start();
  await Promise.all([keeper.stop(), keeper.stop()]);
  await keeper.stop();
  expect((await rejection(runNode(keeper, ''))).message).toContain('is gone');
});

function start(): Keeper {
  return startKeeper(join(tmpdir(), 'local-stack-test-'));
}

function run(keeper: Keeper, command: string, args: string[]) {
  return keeper.run({
    command,
    args,
    env: process.env,
    cwd: keeper.folder,
    log: join(keeper.folder, 'log'),
    stopSignal: 'SIGTERM',
  });
}

function runNode(keeper: Keeper, script: string) {
  return run(keeper, process.execPath, ['--eval', script]);
}
