import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { readCatalogue } from '../../src/authoring/infer/catalogue.ts';
import { definitionText } from '../../src/authoring/infer/definition-text.ts';
import { findTable } from '../../src/authoring/infer/find-table.ts';
import { loadSinks } from '../../src/authoring/load.ts';
import { diagnose } from '../doctor/support/diagnose.ts';
import { createDatabase } from '../support/database.ts';
import { createQueue } from '../support/queue.ts';
import { createProject } from './support/project.ts';

/** Infers the table `t` of this SQL. */
async function infer(sql: string, version?: readonly string[]) {
  const database = await createDatabase();
  await database.query(sql);
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  onTestFinished(() => client.end());
  const catalogue = await readCatalogue(client, await findTable(client, ['t']));
  const { text, decisions } = definitionText(catalogue, { topic: 't', table: 't' }, version);
  const lines = text.split('\n').map((line) => line.trim());
  return { database, text, decisions, lines, key: lines.find((line) => line.startsWith('key:')) };
}

/** The lines of a column `c`, each comment as one. */
async function column(declared: string, before = '') {
  const { text, decisions } = await infer(
    `${before}; CREATE TABLE t (id int PRIMARY KEY, c ${declared})`,
  );
  const [, own = ''] = /id: integer\(\),\n([\s\S]*) {2}\},\n\}\);/.exec(text) ?? [];
  const joined = own.replaceAll(/(\/\/ (?!c:).*)\n {4}\/\/ (?!c:|Decide:)/g, '$1 ');
  const lines = joined.split('\n').map((line) => line.trim());
  return { lines: lines.filter(Boolean), decisions };
}

test.each([
  ['text NOT NULL', 'c: text(),'],
  ['text', 'c: text().nullable(),'],
  ["text NOT NULL DEFAULT 'a'", 'c: text().dbDefault(),'],
  ["text DEFAULT 'a'", 'c: text().nullable().dbDefault(),'],
  ['numeric(8)', 'c: numeric({ precision: 8 }).nullable(),'],
  ['varchar(5)[] NOT NULL', 'c: varchar({ length: 5 }).array(),'],
  ['int[][] NOT NULL', 'c: integer().array().array(),'],
  ['varbit NOT NULL', "c: custom('varbit'),"],
  ['timetz NOT NULL', "c: custom('timetz'),"],
  ['int4range NOT NULL', "c: custom('int4range'),"],
  ['oid NOT NULL', "c: custom('oid'),"],
])('a column %s is written as %s', async (declared, line) => {
  expect(await column(declared)).toEqual({ lines: [line], decisions: 0 });
});

test.each([
  [
    'a domain over a domain',
    'CREATE DOMAIN a AS varchar(9) NOT NULL; CREATE DOMAIN b AS a',
    'b',
    ['// a domain, b', 'c: varchar({ length: 9 }),'],
  ],
  [
    'a domain over an array',
    'CREATE DOMAIN b AS text[]',
    'b',
    ['// a domain, b', 'c: text().array().nullable(),'],
  ],
  [
    'an array of domains',
    'CREATE DOMAIN b AS int',
    'b[]',
    ["c: custom('b', { coerce: true }).array().nullable(),"],
  ],
  [
    'an enum in a schema whose name needs quotes',
    'CREATE SCHEMA "My shop"; CREATE TYPE "My shop".b AS ENUM (\'a\')',
    '"My shop".b',
    ["c: pgEnum('\"My shop\".b', ['a']).nullable(),"],
  ],
  [
    'a type that the search path hides',
    "CREATE SCHEMA s; CREATE TYPE s.mood AS ENUM ('a'); CREATE TYPE mood AS ENUM ('a')",
    's.mood',
    ["c: pgEnum('s.mood', ['a']).nullable(),"],
  ],
])('%s', async (_, before, declared, lines) => {
  expect((await column(declared, before)).lines).toEqual(lines);
});

test.each([
  [
    'char(3)',
    /^\/\/ Decide: c is character\(3\), which pads .*:$/,
    '// c: varchar({ length: 3 }).nullable(),',
  ],
  [
    'char(3)[]',
    /^\/\/ Decide: c is character\(3\)\[\], which pads .*:$/,
    '// c: varchar({ length: 3 }).array().nullable(),',
  ],
  ['money', /^\/\/ Decide: c is money, .*lc_monetary.*:$/, "// c: custom('money').nullable(),"],
  ['xml', /^\/\/ Decide: c is xml, .*:$/, "// c: custom('xml').nullable(),"],
  ['name', /^\/\/ Decide: c is name, .*63 bytes.*:$/, "// c: custom('name').nullable(),"],
  ['bit(8)', /^\/\/ Decide: c is bit\(8\), .*varbit.*:$/, "// c: custom('varbit').nullable(),"],
  ['"char"', /^\/\/ Decide: c is "char", .*one byte.*:$/, `// c: custom('"char"').nullable(),`],
  ['json[]', /^\/\/ Decide: c is json\[\], .*jsonb\[\].*:$/, '// c: jsonb().array().nullable(),'],
  ['pair', /^\/\/ Decide: c is pair, .*composite type.*:$/, "// c: custom('pair').nullable(),"],
  [
    'timestamptz(3)',
    /^\/\/ Decide: c is timestamp\(3\) with time zone, .*rounds.*\.$/,
    'c: timestamptz().nullable(),',
  ],
  [
    'time(0)',
    /^\/\/ Decide: c is time\(0\) without time zone, .*rounds.*\.$/,
    'c: time().nullable(),',
  ],
  ['interval day', /^\/\/ Decide: c is interval day, .*rounds.*\.$/, 'c: interval().nullable(),'],
])('of a column %s a person must decide', async (declared, comment, line) => {
  const { lines, decisions } = await column(declared, 'CREATE TYPE pair AS (a int, b int)');
  expect(lines).toEqual([expect.stringMatching(comment), line]);
  expect(decisions).toBe(1);
});

test.each([
  [
    'int GENERATED ALWAYS AS IDENTITY',
    /^\/\/ c: left out, the table numbers its rows: GENERATED ALWAYS AS IDENTITY$/,
  ],
  [
    'int GENERATED BY DEFAULT AS IDENTITY',
    /^\/\/ c: left out, the table numbers its rows: GENERATED BY DEFAULT/,
  ],
  [
    'serial',
    /^\/\/ c: left out, the table numbers its rows: DEFAULT nextval\('t_c_seq'::regclass\)$/,
  ],
  [
    `text GENERATED ALWAYS AS ('a
  b') STORED`,
    /^\/\/ c: left out, the table computes it: GENERATED ALWAYS AS \('a b'::text\)$/,
  ],
])('a column %s is left out, and a comment says why', async (declared, comment) => {
  const { lines, decisions } = await column(declared);
  expect(lines).toEqual([expect.stringMatching(comment)]);
  expect(decisions).toBe(0);
});

test('a time at which a row was stored is left to the table, and one that records may say is not', async () => {
  const { lines } =
    await infer(`CREATE TABLE t (id int PRIMARY KEY, inserted_at timestamptz NOT NULL DEFAULT now(),
    stored_at timestamp NOT NULL DEFAULT timezone('utc', now()), created_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
    loaded_at timestamptz NOT NULL)`);
  expect(lines.slice(-7, -3)).toEqual([
    '// inserted_at: left out, it says when a row was stored: DEFAULT now()',
    expect.stringMatching(/^\/\/ stored_at: left out/),
    'created_at: timestamptz().dbDefault(),',
    'loaded_at: timestamptz(),',
  ]);
});

test('what Kafka says is suggested by name, where the type fits', async () => {
  const { lines } =
    await infer(`CREATE TABLE t (source_topic varchar(249) NOT NULL, source_partition bigint NOT NULL,
    "kafkaOffset" bigint, kafka_timestamp timestamptz(3), kafka_timestamp_type text, source_record_id uuid NOT NULL,
    kafka_offset text, PRIMARY KEY (source_record_id))`);
  expect(lines).toEqual(
    expect.arrayContaining([
      'source_topic: varchar({ length: 249 }).from(meta.topic), // by its name',
      'source_partition: bigint().from(meta.partition), // by its name',
      'kafkaOffset: meta.offset, // by its name',
      'kafka_timestamp: timestamptz().nullable(),',
      'kafka_timestamp_type: meta.timestampType.nullable(), // by its name',
      'source_record_id: meta.recordId, // by its name',
      'kafka_offset: text().nullable(),',
    ]),
  );
});

test.each([
  ['a int, b int, PRIMARY KEY (b, a)', "key: ['b', 'a'],"],
  ['a int, b int NOT NULL UNIQUE, PRIMARY KEY (a)', "key: 'a',"],
  ['a int NOT NULL UNIQUE, b int UNIQUE', "key: 'a',"],
  ['a int NOT NULL, b int NOT NULL, UNIQUE (a) INCLUDE (b)', "key: 'a',"],
  ['a serial PRIMARY KEY, b int NOT NULL UNIQUE', "key: 'b',"],
  ['a int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, b int NOT NULL UNIQUE', "key: 'b',"],
])('the key of (%s) is %s', async (columns, expected) => {
  const { key, decisions } = await infer(`CREATE TABLE t (${columns})`);
  expect([key, decisions]).toEqual([expected, 0]);
});

test.each([
  ['a int', 'i: it is partial; j: it has an expression)'],
  ['a int UNIQUE', 't_a_key: a can be NULL'],
  ['a int NOT NULL UNIQUE DEFERRABLE', 't_a_key: it is deferrable'],
  ['a int GENERATED ALWAYS AS IDENTITY PRIMARY KEY', 't_pkey: the table alone fills a'],
  ['a char(2) PRIMARY KEY', 't_pkey: a must be decided first, below'],
])(
  'where nothing can be the key of (%s), the file says so, compiles, and is refused until it is decided',
  async (columns, why) => {
    const { text, key } = await infer(
      `CREATE TABLE t (${columns}); CREATE UNIQUE INDEX i ON t (a) WHERE a IS NOT NULL; CREATE UNIQUE INDEX j ON t ((a || ''))`,
    );
    expect(key).toBe('key: [],');
    const flat = text.replaceAll(/\n *\/\/ /g, ' ');
    expect(flat).toContain('Decide: no unique index of the table can be the key (');
    expect(flat).toContain(why);
    const project = createProject();
    const file = project.write('sink.config.ts', text);
    expect(project.compile()).toBe('');
    await expect(loadSinks(file)).rejects.toThrow(/key: must/);
  },
);

test('a table without any key says so', async () => {
  const { text, decisions } = await infer('CREATE TABLE t (a int)');
  expect(text).toMatch(/\/\/ Decide: the table has no primary key and no unique index\./);
  expect(decisions).toBe(1);
});

test('a key that the table fills by itself gets what a record that comes twice has again, or a comment', async () => {
  const uuid = await infer('CREATE TABLE t (id uuid PRIMARY KEY DEFAULT gen_random_uuid())');
  expect(uuid.lines).toContain('id: uuid().default(meta.recordId),');
  expect(uuid.decisions).toBe(0);
  const serial = await infer('CREATE TABLE t (id serial PRIMARY KEY)');
  expect(serial.lines).toContain('id: integer(),');
  expect(serial.text).toMatch(/\/\/ Decide: id has another number in each row \(DEFAULT nextval/);
  expect(serial.decisions).toBe(1);
  const region = await infer("CREATE TABLE t (region text PRIMARY KEY DEFAULT 'eu')");
  expect(region.text).toMatch(
    /\/\/ every record must have it: [\s\S]*'eu'::text\n {4}region: text\(\),/,
  );
});

test('a partitioned table is inferred as any other', async () => {
  const { database, text } =
    await infer(`CREATE TABLE t (day date, id int, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
    CREATE TABLE t_all PARTITION OF t DEFAULT`);
  const queue = await createQueue();
  const { all } = await loadSinks(createProject().write('sink.config.mjs', text));
  const { named } = await diagnose(
    { DATABASE_URL: database.url, DEAD_LETTER_QUEUE_URL: queue.url },
    { tables: all.map(({ table }) => table) },
  );
  expect(named('failed')).toEqual([]);
});

const STATES = `CREATE TABLE t (id int PRIMARY KEY, name text, updated_at timestamptz NOT NULL DEFAULT now(),
  source_offset bigint NOT NULL, seen_at timestamptz, n bigserial, m bigint GENERATED ALWAYS AS IDENTITY)`;

test('a table of states has its version, without a default of the table, and loads', async () => {
  const { text, decisions } = await infer(STATES, ['updated_at', 'source_offset']);
  expect(decisions).toBe(0);
  expect(text).toContain(`  write: {
    mode: 'upsert',
    version: ['updated_at', 'source_offset'],
    // tombstones: { softDelete: 'deleted_at' }, // or 'delete'; default: they are dead-lettered
    // absent: 'null', // default: a column whose field is absent stays as it is
  },
`);
  expect(text).toContain('    updated_at: timestamptz(),\n');
  const { all } = await loadSinks(createProject().write('sink.config.mjs', text));
  expect(all[0]?.table.states).toMatchObject({ version: [2, 3], tombstones: 'dead-letter' });
  const one = await infer(STATES, ['updated_at']);
  expect(one.text).toContain("    version: 'updated_at',\n");
});

test.each([
  ['updated', '--upsert-by updated: must be a column of the table, which has id, name, '],
  ['id', '--upsert-by id: must not be in the key: each version would have a row.'],
  ['seen_at', '--upsert-by seen_at: must be NOT NULL: nothing is newer than NULL.'],
  ['n', '--upsert-by n: must not be a column that the table fills itself.'],
  ['m', '--upsert-by m: must not be a column that the table fills itself.'],
])('the version cannot be %s', async (name, problem) => {
  await expect(infer(STATES, [name])).rejects.toThrow(problem);
});
