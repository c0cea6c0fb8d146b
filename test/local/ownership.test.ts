import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../support/until.ts';
import { ownTmpdir, runs } from './helpers.ts';
import { kafkaHere } from './kafka-here.ts';

test("PostgreSQL does not see the terminal's Ctrl-C, and when its owner is killed with SIGKILL it goes with its data folder", async () => {
  const tmp = ownTmpdir();
  const { owner, pid } = await startOwner('postgres');
  expect(readdirSync(tmp)).toHaveLength(1);

  process.kill(-(owner.pid as number), 'SIGINT'); // as a terminal does, to the foreground group
  await sleep(500);
  expect(runs(pid)).toBe(true);

  owner.kill('SIGKILL');
  await untilGone(pid, tmp);
}, 30_000);

test.skipIf(!kafkaHere)(
  'when its owner is killed with SIGKILL, Kafka and its data folder go too',
  async () => {
    const tmp = ownTmpdir();
    const { owner, pid } = await startOwner('kafka');
    expect(runs(pid)).toBe(true);

    owner.kill('SIGKILL');

    await untilGone(pid, tmp);
  },
  60_000,
);

/** Waits until a server has ended and its folder is removed. */
function untilGone(pid: number, tmp: string): Promise<void> {
  const gone = () => !runs(pid) && readdirSync(tmp).length === 0;
  return until(gone, `the end of process ${pid} and an empty ${tmp}`, 15_000);
}

/** Starts test/local/owner.ts as the leader of a process group and waits for its server. */
async function startOwner(what: string): Promise<{ owner: ChildProcess; pid: number }> {
  const script = fileURLToPath(new URL('./owner.ts', import.meta.url));
  const owner = spawn(process.execPath, [script, what], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void owner.kill('SIGKILL'));
  const [line] = (await once(createInterface({ input: owner.stdout }), 'line')) as [string];
  return { owner, pid: (JSON.parse(line) as { pid: number }).pid };
}
