import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { loadSinks } from '../../src/authoring/load.ts';
import { readSettings } from '../../src/settings/reader.ts';
import { readSink } from '../../src/settings/sink.ts';
import { observers } from '../../src/sink/observer.ts';
import { openSink } from '../../src/sink/open-sink.ts';
import { startDeadline } from '../../src/timing/deadline.ts';
import { diagnose } from '../doctor/support/diagnose.ts';
import { runCommand } from '../support/command.ts';
import { createDatabase } from '../support/database.ts';
import { createQueue } from '../support/queue.ts';
import { sinkRecord } from '../support/records.ts';
import { onEachVersion } from '../support/versions.ts';
import { createProject } from './support/project.ts';
import { WIDE_TABLE } from './support/wide-table.ts';

const VALUE = {
  tenant_id: 'acme',
  order_id: '9007199254740993',
  line_no: 1,
  product_id: '7c9e6679-7425-40de-944b-e07fc1f90ae7',
  sku: 'A-1',
  buyer: 'ada@example.com',
  seller: 'bob@example.com',
  counted: [3, '4'],
  aliases: ['a'],
  flags: '101',
  quantity: 2,
  price: '19.90',
  Kind: 'Web',
  moods: ['so so', null],
  tags: ['a,b', '"'],
  grid: [
    [1, 2],
    [3, 4],
  ],
  shipped_on: '2025-10-22',
  lasts: 'P1DT2H',
  placed_at: '2025-10-22T00:00:00Z',
  raw: { a: 1.0 },
  fingerprint: 'AAE=',
  network: '10.0.0.0/8',
  category: 'top.tools',
  valid_in: '[2025-10-22T00:00:00Z,)',
  'it\'s "odd".name': 'odd',
};

onEachVersion(() => {
  test('what is inferred from a table of many types compiles, loads, passes doctor and stores a row, as it is', async () => {
    const [database, queue] = await Promise.all([createDatabase(), createQueue()]);
    await database.query(WIDE_TABLE);
    const env = { DATABASE_URL: database.url, DEAD_LETTER_QUEUE_URL: queue.url };
    const project = createProject();
    const file = project.path('sink.config.ts');
    const args = ['infer', '--table', 'shop.Order lines', '--topic', 'order-lines', '--out', file];
    expect(await runCommand(args, { DATABASE_URL: database.url })).toMatchObject({
      code: 0,
      stdout: '',
      stderr: `Written to ${file}. Nothing is left to decide.\n`,
    });
    await expect(readFileSync(file, 'utf8')).toMatchFileSnapshot('golden/wide-table.txt');
    expect(project.compile()).toBe('');

    const sinks = await loadSinks(file);
    const { named, of } = await diagnose(env, { tables: sinks.all.map(({ table }) => table) });
    expect(named('failed')).toEqual([]);
    expect(of('table columns')).toMatchObject([{ status: 'passed' }]);
    expect(of('table key')).toMatchObject([{ status: 'passed' }]);

    const { sink, close } = openSink(readSettings(env, readSink), sinks, false, observers());
    onTestFinished(close);
    const record = sinkRecord(VALUE, { topic: 'order-lines', offset: 7 });
    const deadline = startDeadline(30_000);
    const fates = await sink({ records: [record], size: 1, source: null }, deadline);
    deadline.clear();
    expect(fates).toMatchObject({ stored: [record], deadLettered: [], failed: [] });
    const [row] = await database.query(
      `SELECT order_id::text, buyer, quantity, total, status, moods::text, tags, grid, taxed, lots, raw::text, network::text,
            category::text, "it's ""odd"".name" AS odd, source_topic, kafka_partition, source_offset::text,
            row_number > 0 AS numbered, inserted_at IS NOT NULL AS stamped
       FROM shop."Order lines"`,
    );
    expect(row).toEqual({
      ...{ order_id: '9007199254740993', buyer: 'ada@example.com', quantity: 2, total: '39.80' },
      ...{ status: 'placed', moods: '{"so so",NULL}', tags: ['a,b', '"'], taxed: true, lots: '1' },
      ...{
        grid: [
          [1, 2],
          [3, 4],
        ],
        raw: '{"a":1}',
        network: '10.0.0.0/8',
        category: 'top.tools',
      },
      ...{ odd: 'odd', source_topic: 'order-lines', kafka_partition: 0, source_offset: '7' },
      ...{ numbered: true, stamped: true },
    });
  });
});

test('docs/definition.md shows what is inferred from the table of examples/orders', async () => {
  const { query, url } = await createDatabase();
  const [schema = ''] = readFileSync('examples/orders/schema.sql', 'utf8').split('-- Down');
  await query(schema);
  const { stdout } = await runCommand(['infer', '--table', 'shop.orders'], { DATABASE_URL: url });
  expect(readFileSync('docs/definition.md', 'utf8')).toContain(`\`\`\`ts\n${stdout}\`\`\`\n`);
});
