import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { SECRET_WORD } from '../doctor/support/diagnose.ts';
import { createSetup } from '../doctor/support/setup.ts';
import { runCommand as run } from '../support/command.ts';
import { createDatabase } from '../support/database.ts';
import { definitionFile, fileOf } from '../support/definition-file.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

test('lists its commands', async () => {
  const { code, stdout } = await run(['--help']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^ {2}infer +write a definition/m);
  expect(stdout).toMatch(/^ {2}check +try messages/m);
  expect(stdout).toMatch(/^ {2}ddl +write the SQL/m);
  expect(stdout).toMatch(/^ {2}migrate +run the SQL migrations/m);
  expect(stdout).toMatch(/^ {2}doctor +check a set-up/m);
  expect(stdout).toMatch(/^ {2}consume +take records/m);
  expect(stdout).toMatch(/^ {2}dead-letters +list, show/m);
});

test('tells its version', async () => {
  const { version } = JSON.parse(readFileSync(`${ROOT}/package.json`, 'utf8'));
  expect(await run(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' });
});

test.each([...['infer', 'ddl', 'check', 'migrate', 'doctor', 'consume', 'dead-letters']])(
  '%s explains itself',
  async (command) => {
    const { code, stdout } = await run([command, '--help']);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^kafka-pg-sink ${command}`));
    expect(stdout).toContain('Exit code:');
  },
);

test.each([
  ['no command', []],
  ['an unknown command', ['frobnicate']],
  ['a name that every object has', ['constructor']],
  ['an unknown option', ['doctor', '--colour']],
  ['an option without its value', ['doctor', '--function']],
  ['an empty name', ['doctor', '--function', '']],
  ['a size that is none', ['doctor', '--record-bytes', '0']],
  ['a size that is no number', ['doctor', '--record-bytes', 'many']],
  ['an argument too many', ['migrate', 'now']],
  ['a history that is no name', ['migrate', '--history', "it's"]],
  ['a definition without a name', ['ddl', '--sink', '']],
])('%s is refused in one sentence, with exit code 2', async (_, args) => {
  const { code, stdout, stderr } = await run(args);
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^[^\n]+\.\n$/);
});

test('migrate creates the table, and says so when there is nothing to do', async () => {
  const { url, query } = await createDatabase();
  await query('DROP TABLE notifications, kafka_pg_sink_migrations');
  const env = { DATABASE_URL: url };
  expect(await run(['migrate'], env)).toMatchObject({
    code: 0,
    stdout: 'migrated: 0001_create-notifications\n',
  });
  expect(await run(['migrate'], env)).toMatchObject({
    code: 0,
    stdout: 'nothing to migrate, the schema is up to date\n',
  });
});

test.each([
  ['nowhere', /^The folder nowhere cannot be read \(ENOENT\): run migrate where the project is/],
  ['docs', /^The folder docs holds no migration, which must be a file that ends in \.sql/],
])('migrate --migrations %s says what to do, with exit code 1', async (folder, sentence) => {
  const { code, stdout, stderr } = await run(['migrate', '--migrations', folder]);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(sentence);
});

test('ddl prints the tables of the definitions, or writes a new file', async () => {
  const { query } = await createDatabase();
  const args = ['ddl', '--sink', 'examples/three-topics/sink.config.ts'];
  const { code, stdout } = await run(args);
  expect(code).toBe(0);
  await query(stdout);
  expect(await query('SELECT * FROM shop.payments')).toEqual([]);

  const file = fileOf('there.sql', 'mine');
  expect(await run([...args, '--out', file])).toMatchObject({
    code: 1,
    stdout: '',
    stderr: `${file} is there already, and stays as it is: name another file with --out, or remove it.\n`,
  });
  expect(readFileSync(file, 'utf8')).toBe('mine');
  const other = `${file}.new`;
  expect(await run([...args, '--out', other])).toMatchObject({
    ...{ code: 0, stdout: '', stderr: `Written to ${other}.\n` },
  });
  expect(readFileSync(other, 'utf8')).toBe(stdout);
});

test('migrate names wrong settings, with exit code 1', async () => {
  const { code, stderr } = await run(['migrate'], { DATABASE_URL: 'mysql://a:b@c/d' });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^1 setting is wrong:\n {2}- DATABASE_URL/);
});

test('doctor prints a line for each check, remedies below, and a summary; no colours in a pipe', async () => {
  const { env } = await createSetup();
  const { code, stdout } = await run(['doctor'], env);
  expect(code).toBe(0);
  const lines = stdout.trimEnd().split('\n');
  expect(lines[0]).toBe('settings              passed   complete and consistent');
  expect(lines).toContain('table insert          passed   a row was inserted and rolled back');
  expect(lines.at(-1)).toMatch(/^\d+ passed, 1 warned, 0 failed, 3 skipped$/);
  const warned = lines.findIndex((line) => line.startsWith('queue                 warned   '));
  expect(lines[warned + 1]).toMatch(/^ {31}→ Raise its MessageRetentionPeriod/);
  expect(stdout).not.toContain('\u001b');
});

test('doctor ends with exit code 1 where something is wrong, and never shows a password', async () => {
  const { env, url } = await createSetup();
  const { code, stdout, stderr } = await run(['doctor'], {
    ...env,
    DATABASE_URL: url({ pathname: '/no_such_database' }),
  });
  expect(code).toBe(1);
  expect(stdout).toMatch(/^database login +failed +the database does not exist/m);
  expect(stdout + stderr).not.toContain(SECRET_WORD);
});

test('doctor --json prints one document for machines', async () => {
  const { env } = await createSetup();
  const { code, stdout } = await run(
    ['doctor', '--json', '--sink', definitionFile({ table: 'nowhere' })],
    env,
  );
  expect(code).toBe(1);
  const { checks, ...summary } = JSON.parse(stdout);
  expect(summary).toEqual({ passed: 8, warned: 1, failed: 1, skipped: 7 });
  expect(checks).toHaveLength(17);
  expect(checks).toContainEqual({
    name: 'table',
    status: 'failed',
    detail: 'the table nowhere does not exist',
    remedy: expect.stringContaining('kafka-pg-sink migrate'),
  });
  expect(stdout).not.toContain(SECRET_WORD);
});

test('doctor ends by itself where nothing answers', async () => {
  const { env, url } = await createSetup();
  const { code, stdout } = await run(['doctor'], {
    ...env,
    // An address of the documentation, which no router knows.
    DATABASE_URL: url({ hostname: '192.0.2.1' }),
    DATABASE_SSLMODE: 'verify-full',
    DATABASE_CONNECT_TIMEOUT_MS: '300',
  });
  expect(code).toBe(1);
  expect(stdout).toMatch(/^database port +failed +192\.0\.2\.1:\d+ .*\(E\w+\)$/m);
});

// Linux alone has a device that is always full; elsewhere a full disk cannot be had without making one.
test.runIf(existsSync('/dev/full'))('says that its output could not be written', async () => {
  const full = openSync('/dev/full', 'w');
  onTestFinished(() => closeSync(full));
  const child = spawn(process.execPath, ['src/cli/main.ts', '--help'], {
    cwd: ROOT,
    stdio: ['ignore', full, 'pipe'],
  });
  let stderr = '';
  child.stderr?.on('data', (data) => {
    stderr += data;
  });
  const [code] = await once(child, 'close');
  expect([code, stderr]).toEqual([1, 'The output could not be written (ENOSPC).\n']);
});
