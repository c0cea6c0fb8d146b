import { networkInterfaces } from 'node:os';
import { kill } from 'node:process';
import pg from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type LocalPostgres, startPostgres } from '../../local/postgres.ts';
import { diagnose, finding } from '../doctor/support/diagnose.ts';
import { createStoreOf, rowsOf } from '../support/any-store.ts';
import { createDatabase, useServer } from '../support/database.ts';
import { createQueue } from '../support/queue.ts';
import { NOTIFICATIONS, row } from '../support/rows.ts';
import { createTemplate } from '../support/setup-database.ts';

/** Each of them means something in a URL, in SQL, or to who decodes it twice. */
const ODD = `p@ss:w/rd?#[]%25&=+ '"\\$ü€\u{1f511}`;
const COUNT = 2000;

const hasIpv6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === '::1'),
);

let server: LocalPostgres;
let folder: string;
beforeAll(async () => {
  server = await startPostgres({
    settings: {
      fsync: 'off',
      listen_addresses: hasIpv6 ? '127.0.0.1, ::1' : '127.0.0.1',
      // The folder of its data, where the server starts.
      unix_socket_directories: '.',
      max_connections: '12',
    },
  });
  await createTemplate(server.url);
  useServer(server.url);
  const admin = new pg.Client({ connectionString: server.url });
  await admin.connect();
  folder = (await admin.query('SHOW data_directory')).rows[0].data_directory;
  await admin.end();
});
afterAll(async () => {
  useServer(null);
  await server.stop();
});

/** A database, and a user who may only do what the sink does. */
async function createPlace() {
  const [database, queue] = await Promise.all([createDatabase(), createQueue()]);
  const user = `${ODD}${Math.random()}`;
  const role = pg.escapeIdentifier(user);
  await database.query(`CREATE ROLE ${role} LOGIN PASSWORD ${pg.escapeLiteral(ODD)}`);
  await database.query(`GRANT INSERT, SELECT ON notifications TO ${role}`);
  onTestFinished(async () => {
    await database.query(`DROP OWNED BY ${role}`);
    await database.query(`DROP ROLE ${role}`);
  });
  const { port, pathname } = new URL(database.url);
  const login = `${encodeURIComponent(user)}:${encodeURIComponent(ODD)}`;
  const url = (host: string, query = '') =>
    `postgres://${login}@${host}:${port}${pathname}${query}`;
  const examine = (DATABASE_URL: string, env = {}) =>
    diagnose({ DATABASE_URL, DEAD_LETTER_QUEUE_URL: queue.url, ...env });
  return { database, role, url, examine };
}

const records = () =>
  rowsOf(
    NOTIFICATIONS,
    Array.from({ length: COUNT }, (_, n) => row(n)),
  );

const WAYS: readonly (readonly [
  what: string,
  host: () => string,
  query: string,
  detail: RegExp,
])[] = [
  ['an address', () => '127.0.0.1', '', /^127\.0\.0\.1:\d+ accepts/],
  ['a name', () => 'localhost', '?sslmode=disable', /^localhost:\d+ accepts/],
  ...(hasIpv6 ? [['an address of IPv6', () => '[::1]', '', /^\[::1\]:\d+ accepts/] as const] : []),
  ['the folder of a socket', () => encodeURIComponent(folder), '', /\/\.s\.PGSQL\.\d+ accepts/],
];

test.each(WAYS)(
  'a URL with %s, and a user and a password of odd characters, leads the sink and doctor to the table',
  async (_, host, query, detail) => {
    const { database, url, examine } = await createPlace();
    const { stored } = await createStoreOf({ url: url(host(), query) })(records());
    expect(stored).toHaveLength(COUNT);
    expect(await database.query('SELECT count(*)::int FROM notifications')).toEqual([
      { count: COUNT },
    ]);
    const diagnosis = await examine(url(host(), query));
    expect(diagnosis.named('failed')).toEqual([]);
    expect(diagnosis.of('database port')).toMatchObject([
      { status: 'passed', detail: expect.stringMatching(detail) },
    ]);
    expect(diagnosis.of('table insert')).toMatchObject([{ status: 'passed' }]);
  },
);

test('options and the name of the application in a URL reach the server', async () => {
  const { database, role, url, examine } = await createPlace();
  await database.query(`CREATE SCHEMA app; CREATE TABLE app.notifications (LIKE notifications INCLUDING ALL);
    GRANT USAGE ON SCHEMA app TO ${role}; GRANT INSERT, SELECT ON app.notifications TO ${role};
    CREATE TABLE app.seen (name text); GRANT INSERT ON app.seen TO ${role};
    CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN INSERT INTO app.seen VALUES (current_setting('application_name')); RETURN NEW; END $$;
    CREATE TRIGGER see AFTER INSERT ON app.notifications FOR EACH STATEMENT EXECUTE FUNCTION see()`);
  const asked = url('127.0.0.1', '?options=-c%20search_path%3Dapp&application_name=mine');
  const { stored } = await createStoreOf({ url: asked })(records());
  expect(stored).toHaveLength(COUNT);
  expect(
    await database.query(
      'SELECT (SELECT count(*)::int FROM notifications) AS others, count(*)::int FROM app.notifications',
    ),
  ).toEqual([{ others: 0, count: COUNT }]);
  expect(await database.query('SELECT DISTINCT name FROM app.seen')).toEqual([{ name: 'mine' }]);
  await database.query(`REVOKE ALL ON notifications FROM ${role}`);
  expect((await examine(asked)).named('failed')).toEqual([]);
});

test('a socket that is not there is said as such', async () => {
  const { url, examine } = await createPlace();
  expect((await examine(url('%2Fnowhere'))).of('database port')).toMatchObject([
    finding('failed', /^\/nowhere\/\.s\.PGSQL\.\d+ is not there \(ENOENT\)/, /unix_socket_dir/),
  ]);
});

test('while the server has no connection to spare, records wait and doctor says so', async () => {
  const { database, url, examine } = await createPlace();
  const store = createStoreOf({ url: url('127.0.0.1') }, { RETRY_MAX_ATTEMPTS: '0' });
  const taken: pg.Client[] = [];
  const free = () => Promise.all(taken.splice(0).map((client) => client.end()));
  onTestFinished(async () => void (await free()));
  // The server keeps some for superusers.
  for (let code: unknown; code !== '53300'; ) {
    const client = new pg.Client({ connectionString: url('127.0.0.1') });
    client.on('error', () => {});
    code = await client.connect().then(
      () => void taken.push(client),
      (error) => error.code,
    );
  }
  const { failed, rejected } = await store(records());
  expect([failed.length, rejected]).toEqual([COUNT, []]);
  expect(failed[0]?.cause).toMatchObject({
    ...{ fault: 'transient', code: '53300' },
    message: expect.stringContaining('no connection is free'),
  });
  expect((await examine(url('127.0.0.1'))).of('database login')).toMatchObject([
    finding('failed', /no connection to spare \(53300\)/, /max_connections/),
  ]);
  await free();
  await expect.poll(async () => (await store(records())).stored.length).toBe(COUNT);
  expect(await database.query('SELECT count(*)::int FROM notifications')).toEqual([
    { count: COUNT },
  ]);
});

test('a server that is frozen is said to be silent, and gets the records when it goes on', async () => {
  const { database, url, examine } = await createPlace();
  const [disable, require] = ['disable', 'require'].map((mode) =>
    url('127.0.0.1', `?sslmode=${mode}`),
  );
  const limits = { DATABASE_CONNECT_TIMEOUT_MS: '300', RETRY_MAX_ATTEMPTS: '0' };
  const store = createStoreOf({ url: disable ?? '' }, limits);
  // The kernel takes connections for it, and nobody answers.
  kill(server.pid, 'SIGSTOP');
  try {
    const { failed, rejected } = await store(records());
    expect([failed.length, rejected]).toEqual([COUNT, []]);
    expect(failed[0]?.cause).toMatchObject({
      fault: 'transient',
      message: expect.stringMatching(/did not answer the login within 300 ms.*frozen/),
    });
    const plain = await examine(disable ?? '', limits);
    expect(plain.of('database login')).toMatchObject([
      finding('failed', /did not finish the login in time \(ETIMEDOUT\)/, /pooler.*frozen/),
    ]);
    const secure = await examine(require ?? '', limits);
    expect(secure.of('database TLS')).toMatchObject([
      finding('failed', /does not answer \(ETIMEDOUT\)/, /pooler.*frozen/),
    ]);
  } finally {
    kill(server.pid, 'SIGCONT');
  }
  await expect.poll(async () => (await store(records())).stored.length).toBe(COUNT);
  expect(await database.query('SELECT count(*)::int FROM notifications')).toEqual([
    { count: COUNT },
  ]);
});
