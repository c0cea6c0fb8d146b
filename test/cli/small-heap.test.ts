import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { fileOf } from '../support/definition-file.ts';
import { ROOT, startNode } from '../support/process.ts';

/** What a process is after it has asked for a small heap. */
async function start(flags: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { href } = pathToFileURL(`${ROOT}/src/cli/small-heap.ts`);
  const script = fileOf(
    'script.mjs',
    `import { isRestarted, startWithSmallHeap } from ${JSON.stringify(href)};
     process.stdout.write(process.pid + ' ');
     startWithSmallHeap();
     const { pid, argv, execArgv, env: { MALLOC_ARENA_MAX: arenas } } = process;
     process.stdout.write(JSON.stringify({ pid, args: argv.slice(2), flags: execArgv, arenas, restarted: isRestarted() }));`,
  );
  const { code, stdout, stderr } = await startNode([...flags, script, 'a b', '--c'], env).ended;
  expect([code, stderr]).toEqual([0, '']);
  const [, pids = '', text = ''] = /^([\d ]+)(.*)$/.exec(stdout) ?? [];
  const { pid, ...rest } = JSON.parse(text);
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
        expect.any(String),
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
