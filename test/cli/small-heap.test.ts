import { fork } from 'node:child_process';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { fileOf } from '../support/definition-file.ts';
import { ROOT, startNode } from '../support/process.ts';

/** A program that asks for a small heap, and then says what it is. */
function writeScript(): string {
  const { href } = pathToFileURL(`${ROOT}/src/cli/small-heap.ts`);
  return fileOf(
    'script.mjs',
    `import { isRestarted, startWithSmallHeap } from ${JSON.stringify(href)};
     process.stdout.write(process.pid + ' ');
     startWithSmallHeap();
     const { pid, argv, execArgv, env: { MALLOC_ARENA_MAX: arenas } } = process;
     process.stdout.write(JSON.stringify({ pid, args: argv.slice(2), flags: execArgv, arenas, restarted: isRestarted() }));`,
  );
}

async function start(flags: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const script = writeScript();
  const { code, stdout, stderr } = await startNode([...flags, script, 'a b', '--c'], env).ended;
  expect([code, stderr]).toEqual([0, '']);
  const [, pids = '', shown = ''] = /^([\d ]+)(.*)$/.exec(stdout) ?? [];
  const { pid, ...rest } = JSON.parse(shown);
  return { ...rest, pids: pids.trim().split(' ').map(Number), pid };
}

const ARGS = ['a b', '--c'];

test.skipIf(process.platform === 'win32')(
  'the process starts again with flags for a small heap, as the same process with the same arguments',
  async () => {
    const { pids, pid, ...rest } = await start(['--no-warnings']);
    expect(pids).toEqual([pid, pid]);
    expect(rest).toEqual({
      args: ARGS,
      arenas: '1',
      restarted: true,
      flags: [
        '--no-warnings',
        expect.stringMatching(/^--max-semi-space-size=/),
        '--optimize-for-size',
        ...['--no-maglev', '--no-sparkplug'],
      ],
    });
  },
);

test('what somebody has decided about memory stays as it is', async () => {
  const flags = ['--max-old-space-size=512'];
  expect(await start(flags)).toMatchObject({
    ...{ flags, args: ARGS, restarted: false },
    pids: [expect.any(Number)],
  });
  const options = await start([], { NODE_OPTIONS: flags[0] as string });
  expect(options).toMatchObject({ flags: [], pids: [expect.any(Number)] });
  const { arenas } = await start([], { MALLOC_ARENA_MAX: '4' });
  expect(arenas).toBe('4');
});

test('a process whose parent holds a channel to it keeps that, and its heap', async () => {
  const child = fork(writeScript(), { stdio: 'pipe', execArgv: [] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  expect(await text(child.stdout as Readable)).toContain('"restarted":false');
});
