import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const SIGNALS = fileURLToPath(new URL('../../src/service/signals.ts', import.meta.url));

/** Runs a line of code in a process of its own that dies of unexpected errors. */
function run(code: string) {
  const script = `
    import { dieOfUnexpectedErrors } from ${JSON.stringify(SIGNALS)};
    dieOfUnexpectedErrors();
    setTimeout(() => process.exit(0), 5000);
    function somewhere() { ${code} }
    somewhere();`;
  const args = ['--input-type=module', '--eval', script];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  return { status, stderr };
}

test.each([
  ['is thrown', "throw new RangeError('secret-word\\n    at secret-word');"],
  ['is a rejection', "Promise.reject(new RangeError('secret-word'));"],
])(
  'an unexpected error that %s ends the process with exit code 1 and its place, not its message',
  (_, code) => {
    const { status, stderr } = run(code);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^An unexpected error \(RangeError\) ended the process; what was not committed is delivered again\.\n {4}at somewhere /,
    );
    expect(stderr).not.toContain('secret-word');
  },
);

test('what is thrown and no error ends the process too, unseen', () => {
  const { status, stderr } = run("Promise.reject('secret-word');");
  expect(status).toBe(1);
  expect(stderr).toMatch(/^An unexpected error /);
  expect(stderr).not.toContain('secret-word');
});
