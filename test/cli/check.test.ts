import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createProject } from '../authoring/support/project.ts';
import { runCommand } from '../support/command.ts';
import { createDatabase } from '../support/database.ts';
import { definitionFile } from '../support/definition-file.ts';
import { ROOT } from '../support/process.ts';

const ORDERS = 'examples/orders/sink.config.ts';
const THREE = 'examples/three-topics/sink.config.ts';
const VALUE =
  '{"customer":{"email":"ada@example.com"},"total":"19.90","status":"placed","items":[{"n":9007199254740993}],"placedAt":1761091200123}';

/** A line of `--records`. */
const order = (id: string, value = VALUE, headers = '{"tenant":"acme"}') =>
  `{"key":{"orderId":${id}},"headers":${headers},"value":${value}}`;

/** Runs `check` on a file of these lines. */
function check(lines: readonly string[], args: readonly string[], env = {}) {
  const file = createProject().write('messages.ndjson', lines.join('\n'));
  return runCommand(['check', file, ...args], env);
}

const checkOrders = (lines: readonly string[], ...args: string[]) =>
  check(lines, ['--records', '--sink', ORDERS, ...args]);

test('check prints the row that a message becomes, to the last digit', async () => {
  const { code, stdout } = await checkOrders([order('9007199254740993'), order('2')]);
  expect(code).toBe(0);
  expect(stdout.replace(/'20\d\d-[^']*'/g, "'…'").split('line 2')[0]).toBe(`line 1: a row
  tenant_id        = 'acme'
  order_id         = '9007199254740993'
  customer_email   = 'ada@example.com'
  total            = '19.90'
  status           = 'placed'
  items            = '[{"n":9007199254740993}]'
  note             = NULL
  placed_at        = '…'
  source_timestamp = '…'
  source_offset    = '0'
  extra            = '{}'
`);
  expect(stdout).toMatch(/\n\n2 messages: 2 rows\n$/);
});

test('check says what is wrong with each field, by its path, and ends with exit code 1', async () => {
  const invalid = VALUE.replace('{"email":"ada@example.com"}', '"ada"').replace('"19.90"', '0.125');
  const { code, stdout } = await checkOrders([
    order('1'),
    order('2', invalid, '{}'),
    order('3', 'null'),
    order('1.5'),
  ]);
  expect(code).toBe(1);
  expect(stdout).toContain(`line 2: rejected (invalid_value)
  header(tenant): missing
  customer: not an object
  total: more than 2 decimals, which the column would round; round: true in the definition allows that
line 3: rejected (tombstone)
  value: absent
line 4: rejected (invalid_value)
  key(orderId): not a whole number`);
  expect(stdout).toMatch(/\n\n4 messages: 1 row, 3 rejected\n$/);
});

const PLAIN = `export default { topic: 'events', table: 'events', key: 'id', where: (value) => value.id !== 0,
  columns: { id: { type: 'integer' }, tags: { type: 'integer', array: 1, nullable: true }, note: { type: 'text', dbDefault: true } } };`;

function plainSink(text = PLAIN): string {
  return createProject().write('sink.config.mjs', text);
}

test('check names what is passed over, and the rule', async () => {
  const sink = plainSink();
  const lines = ['{"id":0}', '', '{"id":1}'];
  const { code, stdout } = await check(lines, ['--sink', sink]);
  expect(code).toBe(0);
  expect(stdout).toBe(`line 1: passed over, as where of the definition says
line 3: a row
  id   = '1'
  tags = NULL
  note = DEFAULT

2 messages: 1 row, 1 passed over
`);
  const env = { TOMBSTONE_POLICY: 'ignore' };
  const tombstone = await check(
    ['{"value":null}', '{"value":{"id":1}}'],
    ['--sink', sink, '--records'],
    env,
  );
  expect(tombstone).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(
      /^line 1: passed over, as TOMBSTONE_POLICY or write.tombstones says\n/,
    ),
  });
});

test.each([
  ['one value a line', ['{"id":1}', '{"id":2}'], ['line 1: a row', 'line 2: a row']],
  ['a value over several lines', ['{', '"id":1', '}'], ['message 1: a row']],
  [
    'an array',
    ['[', '{"id":1},', '{"id":"x"}]'],
    ['message 1: a row', 'message 2: rejected (invalid_value)'],
  ],
  [
    'a line that is no JSON',
    ['{"id":1}', '{"id":'],
    ['line 1: a row', 'line 2: rejected (invalid_json)'],
  ],
  ['one value with a mistake', ['{', '"id":1,', '}'], ['message 1: rejected (invalid_json)']],
  [
    'values that are no objects',
    ['7', 'null'],
    ['line 1: rejected (invalid_value)', 'line 2: rejected (invalid_value)'],
  ],
])('check reads %s', async (_, lines, headlines) => {
  const { stdout } = await check(lines, ['--sink', plainSink()]);
  expect(stdout.split('\n').filter((line) => /^(line|message)/.test(line))).toEqual(headlines);
});

test('check --json prints one document for machines, with paths into arrays', async () => {
  const { code, stdout } = await check(
    ['{"id":1,"tags":[]}', '{"id":2,"tags":[1,"x"]}'],
    ['--sink', plainSink(), '--json'],
  );
  expect(code).toBe(1);
  const nothing = { rule: null, reason: null, leftToTable: [], isState: false, problems: [] };
  expect(JSON.parse(stdout)).toEqual({
    table: 'events',
    messages: [
      {
        ...nothing,
        at: 'line 1',
        ending: 'row',
        row: { id: '1', tags: '{}' },
        leftToTable: ['note'],
      },
      {
        ...{ ...nothing, at: 'line 2', ending: 'rejected', row: {}, reason: 'invalid_value' },
        problems: [{ path: 'tags.1', message: 'not a whole number' }],
      },
    ],
  });
});

test('check reads the standard input', () => {
  const { status, stdout } = spawnSync(
    process.execPath,
    ['src/cli/main.ts', 'check', '-', '--sink', plainSink()],
    { cwd: ROOT, input: '{"id":1}', encoding: 'utf8' },
  );
  expect([status, stdout]).toEqual([0, expect.stringMatching(/^message 1: a row\n/)]);
});

test('of several definitions --topic names the one', async () => {
  const other = PLAIN.replace("'events'", "'other'")
    .replace('export default ', '')
    .replace(';', '');
  const sink = plainSink(
    PLAIN.replace('export default ', 'export default [').replace(/;$/, `, ${other}];`),
  );
  const args = ['--sink', sink];
  expect(await check(['{"id":1}'], [...args, '--topic', 'other'])).toMatchObject({ code: 0 });
  expect(await check(['{"id":1}'], args)).toMatchObject({
    code: 2,
    stderr: '--topic is missing: name the topic of the messages; there is events, other.\n',
  });
});

test('check --database names what PostgreSQL refuses, what is there and what is a conflict, and changes nothing', async () => {
  const { url, query } = await createDatabase();
  const [schema = ''] = readFileSync('examples/orders/schema.sql', 'utf8').split('-- Down');
  await query(schema);
  await query('ALTER TABLE shop.orders ADD CHECK (total < 1000)');
  await query(`INSERT INTO shop.orders VALUES
    ('acme', 1, 'ada@example.com', 19.90, 'placed', '[{"n": 9007199254740993}]', NULL, '2025-10-22T00:00:00.123Z', '2025-10-22Z', 77, '{}'),
    ('acme', 2, 'bob@example.com', 1, 'placed', '[]', NULL, '2025-10-22Z', '2025-10-22Z', 78, '{}')`);
  const lines = [
    order('1'),
    order('2'),
    order('3'),
    order('3'),
    order('4', VALUE.replace('placed"', 'lost"')),
    order('5', VALUE.replace('19.90', '1000')),
    order('6', VALUE.replace('"19.90"', 'true')),
  ];
  const args = ['--records', '--sink', ORDERS, '--database'];
  const { code, stdout } = await check(lines, args, { DATABASE_URL: url });
  expect(code).toBe(1);
  const about = stdout.split('\n').filter((line) => !line.includes(' = '));
  expect(about).toEqual([
    'line 1: there already',
    'line 2: passed over, another record with its key is in the table',
    'line 3: would be stored',
    'line 4: there already',
    'line 5: rejected (rejected_by_postgres)',
    '  refused by PostgreSQL: SQLSTATE 22P02, column status',
    'line 6: rejected (rejected_by_postgres)',
    expect.stringMatching(/^ {2}refused by PostgreSQL: .*23514/),
    'line 7: rejected (invalid_value)',
    '  total: not a number',
    '',
    '7 messages: 1 would be stored, 2 there already, 1 passed over, 3 rejected',
    '',
  ]);
  expect(await query('SELECT count(*)::int FROM shop.orders')).toEqual([{ count: 2 }]);

  await query('DROP TABLE shop.orders');
  const failed = await check([order('1')], args, { DATABASE_URL: url });
  expect(failed.code).toBe(1);
  expect(failed.stdout).toMatch(/^message 1: failed\n {2}PostgreSQL answered SQLSTATE 42P01/);
});

test('check --sample invents messages that the definition takes, and shows them as --records reads them', async () => {
  const shown = await runCommand([
    'check',
    '--sample',
    '3',
    '--sink',
    THREE,
    '--topic',
    'payments',
  ]);
  expect([shown.code, shown.stderr]).toEqual([0, '']);
  expect(shown.stdout).toMatch(/^sample 1: a row\n/);
  expect(shown.stdout).toMatch(/\n\n3 messages: 3 rows\n$/);

  const args = ['--sink', THREE, '--topic', 'payments', '--json'];
  const { stdout } = await runCommand(['check', '--sample', '20', ...args]);
  // Not JSON.parse: long numbers would lose digits on the way.
  const records = [...stdout.matchAll(/"record": (\{[\s\S]*?\n {6}\})/g)].map(([, json]) => json);
  expect(records).toHaveLength(20);
  const again = await check([`[${records}]`], ['--records', ...args]);
  const rows = (text: string) =>
    JSON.parse(text).messages.map(({ row }: { row: object }) => ({
      ...row,
      source_timestamp: 'now',
    }));
  expect(rows(again.stdout)).toEqual(rows(stdout));
});

test('check --sample --database asks PostgreSQL, which also knows the values of an enum', async () => {
  const { query, url } = await createDatabase();
  const [schema = ''] = readFileSync('examples/orders/schema.sql', 'utf8').split('-- Down');
  await query(schema);
  const { code, stderr } = await runCommand(['check', '--sample', '5', '--sink', ORDERS]);
  expect(code).toBe(1);
  expect(stderr).toContain("name them, pgEnum('shop.order_status', ['a value', …])");
  const asked = await runCommand(['check', '--sample', '5', '--sink', ORDERS, '--database'], {
    DATABASE_URL: url,
  });
  expect(asked.stdout).toMatch(/\n\n5 messages: 5 would be stored\n$/);
});

test.each([
  [
    'months',
    'timestamptz NOT NULL',
    'timestamptz()',
    'RANGE (at)',
    ["FROM ('2031-01-01') TO ('2031-02-01')", "FROM ('2031-02-01 12:00') TO (MAXVALUE)"],
  ],
  [
    'days, of milliseconds since 1970',
    'timestamp NOT NULL',
    "timestamp({ epoch: 'ms' })",
    'RANGE (at)',
    ["FROM ('2031-01-01') TO ('2031-01-02')"],
  ],
  [
    'months, of seconds since 1970, west of Greenwich',
    'timestamptz NOT NULL',
    "timestamptz({ epoch: 's' })",
    'RANGE (at)',
    ["FROM ('-infinity') TO ('2031-01-01')", "FROM ('2031-01-01') TO ('2031-02-01')"],
  ],
  ['dates', 'date NOT NULL', 'date()', 'RANGE (at)', ["FROM ('1999-12-31') TO ('2000-01-01')"]],
  ['numbers', 'bigint NOT NULL', 'bigint()', 'RANGE (at)', ['FROM (-20) TO (-10)']],
  ['a list', 'text NOT NULL', 'text()', 'LIST (at)', ["IN ('it''s', 'us, or not')", "IN ('eu')"]],
])('check --sample --database invents values that partitions take: by %s', async (...args) => {
  const [, type, column, by, bounds] = args;
  const { query, url } = await createDatabase();
  await query(`CREATE TABLE t (id int, at ${type}, PRIMARY KEY (id, at)) PARTITION BY ${by}`);
  for (const [at, bound] of bounds.entries())
    await query(`CREATE TABLE t_${at} PARTITION OF t FOR VALUES ${bound}`);
  const sink = createProject().write(
    'sink.config.mjs',
    `import { bigint, date, defineSink, integer, text, timestamp, timestamptz } from 'kafka-pg-sink';
     const all = { bigint, date, text, timestamp, timestamptz };
     export default defineSink({ topic: 't', table: 't', key: ['id', 'at'],
       columns: { id: integer(), at: all.${column} } });`,
  );
  const west = `${url}?options=${encodeURIComponent('-c TimeZone=America/Bogota')}`;
  const { stdout } = await runCommand(['check', '--sample', '9', '--sink', sink, '--database'], {
    DATABASE_URL: west,
  });
  expect(stdout).toMatch(/\n\n9 messages: 9 would be stored\n$/);
});

test.each([
  ['no file', [], /^check needs the name of one file/],
  ['two files', ['a', 'b'], /^check needs the name of one file/],
  [
    'a topic without a definition',
    ['a', '--sink', ORDERS, '--topic', 'x'],
    /^--topic x: must have one definition; there is orders\.$/,
  ],
  [
    'a file and samples',
    ['a', '--sample', '3'],
    /^check needs the name of one file, .* --sample N/,
  ],
  ['no number of samples', ['--sample', '0'], /^--sample must be a whole number from 1 to 99999/],
  ['samples of a form', ['--sample', '3', '--records'], /^--records says what a file holds/],
  ['an unknown option', ['a', '--samples', '3'], /^Unknown option '--samples'/],
])('check with %s is refused in one sentence, with exit code 2', async (_, args, sentence) => {
  const { code, stdout, stderr } = await runCommand(['check', ...args]);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^[^\n]+\.\n$/);
  expect(stderr.trimEnd()).toMatch(sentence);
});

test.each([
  ['a file that is not there', null, [], /^\S+none cannot be read \(ENOENT\)\.$/],
  ['an empty file', '\n', [], /^There is no message in it\.$/],
  ['a file that is not UTF-8', Buffer.from([0x22, 0xff, 0x22]), [], /must be UTF-8\.$/],
  ['a record without a value', '{"key":1}', ['--records'], /^message 1: must be \{"key": …/],
  [
    'a record with another field',
    '{"value":1}\n{"value":1,"topic":"a"}',
    ['--records'],
    /^line 2: must be/,
  ],
  [
    'a record whose headers are none',
    '{"value":1,"headers":[1]}',
    ['--records'],
    /^message 1: headers must be an object/,
  ],
])('check of %s says what it must be, with exit code 1', async (_, content, args, sentence) => {
  const project = createProject();
  const file = content === null ? project.path('none') : project.write('some', content);
  const { code, stdout, stderr } = await runCommand([
    'check',
    file,
    '--sink',
    plainSink(),
    ...args,
  ]);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr.trimEnd()).toMatch(sentence);
});

test('a message of a table of states leaves columns as they are, and a tombstone marks its row', async () => {
  const file = definitionFile({
    ...{ topic: 'customers', table: 'customers', key: 'id' },
    columns: {
      id: { type: 'bigint', from: { key: 'id' } },
      source_timestamp: { type: 'timestamptz', from: { meta: 'timestamp' } },
      name: { type: 'text', nullable: true },
    },
    write: {
      ...{ mode: 'upsert', version: 'source_timestamp', tombstones: { softDelete: 'deleted_at' } },
    },
  });
  const lines = ['{"key":{"id":1},"value":{}}', '{"key":{"id":1},"value":null}'];
  const { stdout } = await check(lines, ['--sink', file, '--records']);
  expect(stdout.match(/name +stays as it is/g)).toHaveLength(2);
  expect(stdout.match(/deleted_at +stays/g)).toBeNull();
  expect(stdout).toMatch(/a tombstone(.|\n)*deleted_at +\S* ?= '2/);
});
