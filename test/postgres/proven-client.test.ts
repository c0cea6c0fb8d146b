import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { ProvenClient } from '../../src/postgres/connection/proven-client.ts';
import { createStoreOf, rowsOf } from '../support/any-store.ts';
import { createDatabase } from '../support/database.ts';
import { NOTIFICATIONS, row } from '../support/rows.ts';

const PASSWORD = 'never-to-be-seen';
/** Reaches this machine, and is none of the names that are known for it. */
const ELSEWHERE = '0.0.0.0';

/** A server in between, which asks for the password, and what it gets. */
async function startImpostor(method: 'cleartext' | 'md5') {
  const got: Buffer[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      const ask = Buffer.alloc(method === 'md5' ? 13 : 9);
      ask.write('R');
      ask.writeInt32BE(ask.length - 1, 1);
      ask.writeInt32BE(method === 'md5' ? 5 : 3, 5);
      socket.write(ask);
      socket.on('data', (bytes) => got.push(bytes));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { got: () => Buffer.concat(got).toString('latin1'), port };
}

test.each(['cleartext', 'md5'] as const)(
  'a server that asks for the password (%s) and proves nothing does not get it',
  async (method) => {
    const { got, port } = await startImpostor(method);
    const url = `postgres://user:${PASSWORD}@${ELSEWHERE}:${port}/db?sslmode=disable`;
    const { failed } = await createStoreOf({ url })(rowsOf(NOTIFICATIONS, [row(1)]));
    expect(failed[0]?.cause).toMatchObject({ fault: 'deployment', code: 'UNPROVEN_SERVER' });
    expect(got()).toBe('');
  },
);

test('on this machine it gets it, for nobody else can listen', async () => {
  const { got, port } = await startImpostor('cleartext');
  const client = new ProvenClient({ host: '127.0.0.1', port, user: 'user', password: PASSWORD });
  client.on('error', () => {});
  client.connect().catch(() => {});
  await expect.poll(got).toContain(PASSWORD);
  await client.end();
});

test('a server that shows by SCRAM that it knows the password is believed', async () => {
  const database = await createDatabase();
  const url = new URL(database.url);
  url.hostname = ELSEWHERE;
  url.searchParams.set('sslmode', 'disable');
  const { stored } = await createStoreOf({ url: url.href })(rowsOf(NOTIFICATIONS, [row(1)]));
  expect(stored).toHaveLength(1);
});
