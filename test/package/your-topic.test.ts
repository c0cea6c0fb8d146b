import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { readSchema } from '../../local/create-tables.ts';
import { createDatabase } from '../support/database.ts';
import { createQueue } from '../support/queue.ts';
import { createTestTopic } from '../support/topic.ts';
import { until } from '../support/until.ts';
import { isWithoutRegistry, packPackage, run } from './support/install.ts';

const PAGE = new URL('../../docs/your-topic.md', import.meta.url);

/** As the example of orders has it, but that all of it comes in the value. */
const order = (number: number) => ({
  tenant_id: 'acme',
  order_id: number,
  customer_email: 'ada@example.com',
  total: '12.90',
  status: 'placed',
  items: [{ sku: 'A-1', price: 4.95 }],
  placed_at: '2025-10-22T12:34:56Z',
  extra: {},
});

test.skipIf(inject('kafka') === null)(
  'docs/your-topic.md leads from an empty folder to stored records and a packaged stack, as it stands there',
  async ({ skip }) => {
    const folder = await mkdtemp(join(tmpdir(), 'your-topic-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    // PostgreSQL gives root's rights up before it starts, and must still be found there.
    await chmod(folder, 0o755);
    const place = await mkdtemp(join(tmpdir(), 'your-package-'));
    onTestFinished(() => rm(place, { recursive: true }));
    const packed = await packPackage(place);
    const [database, queue, topic] = await Promise.all([
      createDatabase(),
      createQueue(),
      createTestTopic(inject('kafka') ?? '', 'orders'),
    ]);
    await database.query(readSchema('examples/orders/schema.sql'));
    const messages = [1, 2, 3].map((number) => Buffer.from(JSON.stringify(order(number))));
    await topic.produce(messages.map((value) => ({ value })));
    const env = {
      PACKAGE: join(place, packed),
      DATABASE_URL: database.url,
      KAFKA_BOOTSTRAP_SERVERS: topic.bootstrapServers,
      DEAD_LETTER_QUEUE_URL: queue.url,
      AWS_ENDPOINT_URL_SQS: inject('sqsEndpoint'),
      // Those that run beside this test have ports of their own.
      HTTP_PORT: '0',
      npm_config_prefer_offline: 'true',
      npm_config_audit: 'false',
    };
    const page = await readFile(PAGE, 'utf8');
    const blocks = [...page.matchAll(/^```sh\n([\s\S]+?)^```/gm)].map(([, block = '']) => block);
    expect(blocks).toHaveLength(7);
    for (const block of blocks) {
      if (block === 'npm run consume\n') {
        await consume(folder, block, env, () => stored(3));
        continue;
      }
      const { code, stdout, stderr } = await run(folder, 'bash', ['-euc', block], env);
      if (code !== 0 && isWithoutRegistry(stderr)) skip('There is no registry of npm.');
      expect(code, `${block}${stdout}${stderr}`).toBe(0);
    }

    async function stored(count: number): Promise<boolean> {
      const [found] = await database.query('SELECT count(*)::int FROM shop.orders');
      return found?.count === count;
    }
  },
  600_000,
);

/** Runs a block until all is stored, and ends it as Ctrl-C does. */
async function consume(
  folder: string,
  block: string,
  env: Readonly<Record<string, string>>,
  isDone: () => Promise<boolean>,
): Promise<void> {
  // Ctrl-C reaches every process of the terminal.
  const child = spawn('bash', ['-euc', block], {
    ...{ cwd: folder, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
    env: { ...process.env, ...env },
  });
  const group = -(child.pid ?? 0);
  let output = '';
  child.stdout.on('data', (text) => (output += text));
  child.stderr.on('data', (text) => (output += text));
  const ended = once(child, 'close');
  try {
    await until(isDone, () => `all records stored:\n${output}`);
    process.kill(group, 'SIGINT');
    await ended;
  } finally {
    if (child.exitCode === null && child.signalCode === null) process.kill(group, 'SIGKILL');
  }
}
