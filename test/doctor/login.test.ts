import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { diagnose, finding } from './support/diagnose.ts';
import { createSetup } from './support/setup.ts';

/** All that is checked behind the login. */
const BEHIND = [
  ...[
    'database pooler',
    'database server',
    'table',
    'table columns',
    'table key',
    'table privileges',
  ],
  'table insert',
];

test('finds nothing wrong with a sound set-up, as a user with no more privileges than needed', async () => {
  const { env } = await createSetup();
  const diagnosis = await diagnose(env);
  expect(diagnosis.named('passed')).toEqual([
    'settings',
    'database credentials',
    'database host name',
    'database port',
    'database TLS',
    'database login',
    ...BEHIND,
  ]);
  expect(diagnosis.named('failed')).toEqual([]);
});

test('leaves no row behind', async () => {
  const { database, env } = await createSetup();
  await diagnose(env);
  expect(await database.query('SELECT count(*)::int FROM notifications')).toEqual([{ count: 0 }]);
});

test('names every setting that is wrong, and skips what depends on them', async () => {
  const diagnosis = await diagnose({ DATABASE_POOL_SIZE: '0', PARTIAL_BATCH_RESPONSE: 'yes' });
  expect(diagnosis.of('settings').map(({ detail }) => detail)).toEqual([
    expect.stringMatching(/^DATABASE_POOL_SIZE="0"/),
    expect.stringMatching(/^none of DATABASE_URL/),
    expect.stringMatching(/^DEAD_LETTER_QUEUE_URL is not set/),
    expect.stringMatching(/^PARTIAL_BATCH_RESPONSE="yes"/),
  ]);
  expect(diagnosis.named('failed')).toEqual(['settings']);
  expect(diagnosis.of('queue')).toMatchObject([{ status: 'skipped', detail: 'needs: settings' }]);
});

test('a wrong password', async () => {
  const { env, url } = await createSetup();
  const diagnosis = await diagnose({ ...env, DATABASE_URL: url({ password: 'wrong-password' }) });
  expect(diagnosis.of('database login')).toMatchObject([
    finding('failed', /refuses the password.*28P01/, /Correct user and password in DATABASE_URL/),
  ]);
  expect(diagnosis.named('failed')).toEqual(['database login']);
  expect(diagnosis.named('skipped')).toEqual([...BEHIND, 'queue send', 'kafka', 'function']);
});

test('an unknown user', async () => {
  const { env, url } = await createSetup();
  const diagnosis = await diagnose({ ...env, DATABASE_URL: url({ username: 'nobody_knows' }) });
  expect(diagnosis.of('database login')).toMatchObject([
    finding('failed', /knows no such user.*28P01/, /Correct user/),
  ]);
});

test('a user who may not log in', async () => {
  const { database, env, user } = await createSetup();
  await database.query(`ALTER ROLE ${user} NOLOGIN`);
  const diagnosis = await diagnose(env);
  expect(diagnosis.of('database login')).toMatchObject([
    finding('failed', /does not let this user in.*28000/, /pg_hba\.conf/),
  ]);
});

test('a host that does not exist', async () => {
  const { env, url } = await createSetup();
  const diagnosis = await diagnose({
    ...env,
    DATABASE_URL: url({ hostname: 'no-such.invalid' }),
    DATABASE_SSLMODE: 'verify-full',
  });
  expect(diagnosis.of('database host name')).toMatchObject([
    finding('failed', /^no-such\.invalid cannot be looked up \(E/, /typing errors.*VPC/),
  ]);
  expect(diagnosis.named('failed')).toEqual(['database host name']);
  expect(diagnosis.of('database port')).toMatchObject([
    { status: 'skipped', detail: 'needs: database host name' },
  ]);
});

test('a port where nothing listens', async () => {
  const { env, url } = await createSetup();
  const diagnosis = await diagnose({ ...env, DATABASE_URL: url({ port: '1' }) });
  expect(diagnosis.of('database port')).toMatchObject([
    finding('failed', /^127\.0\.0\.1:1 refuses connections \(ECONNREFUSED\)/, /Check the port/),
  ]);
});

test('an unknown database', async () => {
  const { env, url } = await createSetup();
  const diagnosis = await diagnose({
    ...env,
    DATABASE_URL: url({ pathname: '/no_such_database' }),
  });
  expect(diagnosis.of('database login')).toMatchObject([
    finding('failed', /database does not exist \(3D000\)/, /DATABASE_NAME/),
  ]);
});

test('a server without a connection to spare for the user', async () => {
  const { database, env, user } = await createSetup();
  await database.query(`ALTER ROLE ${user} CONNECTION LIMIT 0`);
  const diagnosis = await diagnose(env);
  expect(diagnosis.of('database login')).toMatchObject([
    finding('failed', /no connection to spare \(53300\)/, /DATABASE_POOL_SIZE/),
  ]);
});

test('a user who may not connect to the database', async () => {
  const { database, env } = await createSetup();
  const name = new URL(database.url).pathname.slice(1);
  await database.query(`REVOKE CONNECT ON DATABASE ${name} FROM PUBLIC`);
  const diagnosis = await diagnose(env);
  expect(diagnosis.of('database login')).toMatchObject([
    finding(
      'failed',
      /may not connect to this database \(42501\)/,
      /^GRANT CONNECT ON DATABASE "test_/,
    ),
  ]);
});

test('a server that accepts connections and then says nothing', async () => {
  const { env, url } = await createSetup();
  const port = String(await listen(() => {}));
  const diagnosis = await diagnose({
    ...env,
    DATABASE_URL: url({ port }),
    DATABASE_CONNECT_TIMEOUT_MS: '200',
  });
  expect(diagnosis.of('database login')).toMatchObject([
    finding('failed', /did not finish the login in time \(ETIMEDOUT\)/, /CONNECT_TIMEOUT_MS/),
  ]);
});

test('something that is not PostgreSQL', async () => {
  const { env, url } = await createSetup();
  const port = String(await listen((socket) => void socket.write('HTTP/1.1 400 Bad Request\r\n')));
  const diagnosis = await diagnose({
    ...env,
    DATABASE_URL: url({ port }),
    DATABASE_SSLMODE: 'require',
  });
  expect(diagnosis.of('database TLS')).toMatchObject([
    finding('failed', /not PostgreSQL/, /something else listens/),
  ]);
});

test('a server that is read-only', async () => {
  const { database, env } = await createSetup();
  const name = new URL(database.url).pathname.slice(1);
  await database.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
  const diagnosis = await diagnose(env);
  expect(diagnosis.of('database server')).toMatchObject([
    finding('failed', /read-only/, /primary.*writer endpoint/),
  ]);
  expect(diagnosis.of('table insert')).toMatchObject([
    finding('failed', /SQLSTATE 25006/, /primary/),
  ]);
});

test('something else than PostgreSQL on its port, which hangs up', async () => {
  const { env, url } = await createSetup();
  const port = await listen((socket) => socket.once('data', () => socket.end()));
  const diagnosis = await diagnose({ ...env, DATABASE_URL: url({ port: `${port}` }) });
  expect(diagnosis.of('database login')).toMatchObject([
    finding('failed', /ended the connection without an answer/, /that it is PostgreSQL/),
  ]);
});

/** A server that does something with each connection, until the test is over. */
async function listen(greet: (socket: Socket) => void): Promise<number> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket.on('error', () => {}));
    greet(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of open) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return (server.address() as AddressInfo).port;
}
