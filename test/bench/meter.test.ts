import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { watch } from '../../bench/meter.ts';

/** Uses a fifth of a second of CPU and some 100 MB, writes a line, and stays. */
const BUSY =
  "const held = Buffer.alloc(1e8, 1); while (process.cpuUsage().user < 2e5); console.log('done'); process.stdin.resume()";

const there = existsSync(`/proc/self/task/${process.pid}/children`);

test.skipIf(!there)('the CPU of a process is counted, and its largest memory', async () => {
  const child = await busy();
  const watching = watch(child.pid as number, process.pid);
  const { cpu, peakRssMb } = watching.read();
  watching.stop();
  expect(cpu.at(-1)?.[1]).toBeGreaterThanOrEqual(0.15);
  expect(cpu.at(-1)?.[1]).toBeLessThan(5);
  expect(peakRssMb).toBeGreaterThan(100);
});

test.skipIf(!there)(
  "a server's CPU is that of its processes, while they live and afterwards",
  async () => {
    // This process has the place of the server.
    const watching = watch(process.pid, process.pid);
    const child = await busy();
    const [before = 0, alive = 0] = [watching.read().serverCpu[0]?.[1], last(watching)];
    expect(alive - before).toBeGreaterThanOrEqual(0.15);
    child.kill();
    await once(child, 'exit');
    expect(last(watching)).toBeGreaterThanOrEqual(alive);
    watching.stop();
  },
);

const last = (watching: ReturnType<typeof watch>) => watching.read().serverCpu.at(-1)?.[1];

async function busy() {
  const child = spawn(process.execPath, ['--eval', BUSY], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill());
  await once(child.stdout, 'data');
  return child;
}
