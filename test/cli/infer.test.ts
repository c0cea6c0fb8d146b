import { existsSync, readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { createProject } from '../authoring/support/project.ts';
import { runCommand as run } from '../support/command.ts';
import { createDatabase } from '../support/database.ts';

const HEAD = "import { bigint, defineSink, text } from 'kafka-pg-sink';\n";

async function createShop() {
  const database = await createDatabase();
  await database.query(
    `CREATE SCHEMA shop; CREATE TABLE shop.orders (id bigint PRIMARY KEY, note text);
     CREATE VIEW shop.open_orders AS SELECT * FROM shop.orders; CREATE TABLE shop.nothing ()`,
  );
  return { ...database, env: { DATABASE_URL: database.url } };
}

test('infer prints the definition, and what is left to decide beside it; the topic is the table unless it is named', async () => {
  const { env, query } = await createShop();
  const { code, stdout, stderr } = await run(['infer', '--table', 'shop.orders'], env);
  expect([code, stderr]).toEqual([0, 'Nothing is left to decide.\n']);
  expect(stdout.startsWith(HEAD)).toBe(true);
  expect(stdout).toContain("  topic: 'orders',\n  table: 'shop.orders',\n  key: 'id',\n");
  await query('ALTER TABLE shop.orders ADD country char(2), ADD price money');
  const named = await run(['infer', '--table', 'shop.orders', '--topic', 'web.orders'], env);
  expect(named.stdout).toContain("  topic: 'web.orders',\n");
  expect(named.stderr).toBe('2 things are left to decide: look for "Decide:".\n');
});

test('infer --out overwrites a file by --force alone', async () => {
  const { env } = await createShop();
  const project = createProject();
  const file = project.path('a.mjs');
  const args = ['infer', '--table', 'shop.orders', '--out', file];
  expect(await run(args, env)).toMatchObject({ code: 0, stdout: '' });
  const written = readFileSync(file, 'utf8');
  expect(written.startsWith(HEAD)).toBe(true);
  expect(await run([...args, '--topic', 'other'], env)).toMatchObject({
    code: 1,
    stderr: `${file} is there already, and stays as it is: replace it with --force, or name another file with --out.\n`,
  });
  expect(readFileSync(file, 'utf8')).toBe(written);
  expect(await run([...args, '--topic', 'other', '--force'], env)).toMatchObject({ code: 0 });
  expect(readFileSync(file, 'utf8')).toBe(
    written.replaceAll('orders', 'other').replaceAll('shop.other', 'shop.orders'),
  );
});

test.each([
  ['shop.order', /^The table shop\.order does not exist in this database: correct --table/],
  ['orders', /^The table orders does not exist; there is shop\.orders: name that with --table\.$/],
  ['public.Orders', /^The table public\.Orders does not exist; there is shop\.orders: name/],
  ['shop.open_orders', /^shop\.open_orders is a view, not a table, and has no key of its own: /],
  ['shop.nothing', /^shop\.nothing has no columns\.$/],
])('infer --table %s is refused in one sentence that says what to do', async (table, sentence) => {
  const { env } = await createShop();
  const { code, stdout, stderr } = await run(['infer', '--table', table], env);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr.trimEnd()).toMatch(sentence);
});

test('infer says which schema the user may not look into, and needs no privilege on the table', async () => {
  const { query, url } = await createShop();
  const user = `reader_${Date.now()}`;
  await query(`CREATE ROLE ${user} LOGIN PASSWORD 'p'`);
  onTestFinished(async () => {
    await query(`DROP OWNED BY ${user}; DROP ROLE ${user}`);
  });
  const own = Object.assign(new URL(url), { username: user, password: 'p' }).href;
  const infer = () => run(['infer', '--table', 'shop.orders'], { DATABASE_URL: own });
  expect(await infer()).toMatchObject({
    code: 1,
    stderr: `The user ${user} may not look into the schema shop: GRANT USAGE ON SCHEMA shop to that user, or connect as one who may.\n`,
  });
  await query(`GRANT USAGE ON SCHEMA shop TO ${user}`);
  expect(await infer()).toMatchObject({ code: 0 });
});

test.each([
  ['no settings', {}, /^1 setting is wrong:\n {2}- none of DATABASE_URL /],
  [
    'a port that is closed',
    { port: '1' },
    /^\S+:1 refuses connections \(ECONNREFUSED\)\. Check the port/,
  ],
  [
    'a wrong password',
    { password: 'wrong-word' },
    /^PostgreSQL refuses the password.* \(28P01\)\. Correct/,
  ],
  ['another database', { pathname: '/none' }, /^The database does not exist \(3D000\)\. Correct/],
])('infer with %s says what to do, and shows no password', async (_, parts, sentence) => {
  const { url } = await createDatabase();
  const env = { DATABASE_URL: Object.assign(new URL(url), parts).href };
  const given = Object.keys(parts).length === 0 ? {} : env;
  const { code, stdout, stderr } = await run(['infer', '--table', 'a'], given);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(sentence);
  expect(stderr).not.toContain('wrong-word');
});

test.each([
  ['no table', [], /^--table needs/],
  ['what is no name of a table', ['--table', 'a.b.c'], /^--table needs/],
  ['a table whose name is no topic', ['--table', 'Order lines'], /name it with --topic\.$/],
  ['what is no topic', ['--table', 'a', '--topic', '/a/'], /^--topic \/a\/: must be/],
  ['a file that cannot hold it', ['--table', 'a', '--out', 'no.json'], /^--out needs .* \.ts, /],
  ['--force without --out', ['--table', 'a', '--force'], /^--force needs --out/],
  ['an unknown option', ['--table', 'a', '--over'], /^Unknown option '--over'/],
])('infer with %s is refused in one sentence, with exit code 2', async (_, args, sentence) => {
  const { code, stdout, stderr } = await run(['infer', ...args]);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^[^\n]+\.\n$/);
  expect(stderr.trimEnd()).toMatch(sentence);
  expect(existsSync('no.json')).toBe(false);
});
