import { expect, test } from 'vitest';
import { bigint, json, text, timestamptz } from '../../src/definition/columns.ts';
import { compile } from '../../src/definition/compile.ts';
import type { AnyDefinition } from '../../src/definition/define.ts';
import { DefinitionError } from '../../src/definition/definition-error.ts';
import { meta } from '../../src/definition/meta.ts';
import { compileSinks } from '../../src/definition/sinks.ts';
import { header, key } from '../../src/definition/sources.ts';
import { sinkRecord } from '../support/records.ts';

const CUSTOMERS = {
  ...{ topic: 'customers', table: 'customers', key: 'id' },
  columns: {
    id: bigint().from(key('id')),
    updated_at: timestamptz().from(header('updatedAt')),
    name: text().nullable(),
    city: text().dbDefault(),
    vip: text().nullable().default('no'),
    source_offset: meta.offset,
  },
} as const;

const write = { mode: 'upsert', version: 'updated_at' } as const;
const definition = (more: object = {}): AnyDefinition =>
  ({ ...CUSTOMERS, write: { ...write, ...more } }) as AnyDefinition;

const TIME = '2026-11-27T10:00:00Z';

function recordOf(value: object | null, id = '7') {
  return sinkRecord(value === null ? null : JSON.stringify(value), {
    key: Buffer.from(`{"id":${id}}`),
    headers: [{ name: 'updatedAt', value: Buffer.from(TIME) }],
    offset: 42,
  });
}

/** The row that a record becomes, by column; what it does not mention is left out. */
function rowOf(more: object, value: object | null) {
  const decoded = compile(definition(more)).decode(recordOf(value));
  if (!('row' in decoded)) throw new Error(JSON.stringify(decoded));
  const { row, table, absent = [], isTombstone = false } = decoded;
  const names = table.columns.map(({ name }) => name);
  const said = [...names.keys()].filter((at) => !absent.includes(at));
  return { isTombstone, row: Object.fromEntries(said.map((at) => [names[at], row[at]])) };
}

const ALWAYS = { id: '7', updated_at: TIME, source_offset: '42' };

test('a field that is absent is not mentioned, one that is null is', () => {
  expect(rowOf({}, {}).row).toEqual({ ...ALWAYS, vip: 'no' });
  expect(rowOf({}, { name: null, city: 'Bern', vip: null }).row).toEqual({
    ...{ ...ALWAYS, name: null, city: 'Bern', vip: null },
  });
  // A column with a default of the table's stays as it is in either case.
  expect(rowOf({ absent: 'null' }, {}).row).toEqual({ ...ALWAYS, name: null, vip: 'no' });
});

test('a tombstone has what is from the key, headers and Kafka', () => {
  for (const tombstones of ['delete', { softDelete: 'deleted_at' }])
    expect(rowOf({ tombstones }, null)).toEqual({ isTombstone: true, row: ALWAYS });
  for (const tombstones of [undefined, 'dead-letter'])
    expect(compile(definition({ tombstones })).decode(recordOf(null))).toMatchObject({
      reason: 'tombstone',
    });
  const bad = compile(definition({ tombstones: 'delete' })).decode(recordOf(null, '"x"'));
  expect(bad).toMatchObject({
    reason: 'invalid_value',
    message: expect.stringContaining('key(id)'),
  });
});

test('a tombstone that marks has the time of its record, which must be one', () => {
  const { decode } = compile(definition({ tombstones: { softDelete: 'deleted_at' } }));
  const at = (timestamp: number) => decode({ ...recordOf(null), timestamp });
  expect(at(Date.UTC(2026, 10, 27, 10))).toMatchObject({ deletedAt: '2026-11-27T10:00:00.000Z' });
  // Without a time of its own it is marked now.
  const now = at(-1);
  const age = Date.now() - Date.parse('deletedAt' in now ? (now.deletedAt ?? '') : '');
  expect(age).toBeGreaterThanOrEqual(0);
  expect(age).toBeLessThan(60_000);
  // Nanoseconds.
  expect(at(1_761_091_200_000_000_000)).toMatchObject({
    reason: 'invalid_value',
    message: expect.stringContaining('timestamp: '),
  });
});

test.each([
  [['source_partition', 'source_offset'], 'source_partition'],
  [['record_id'], 'record_id'],
  [['changed_offset'], 'changed_offset'],
])('what says nothing of time is no version: %j', (version, name) => {
  const columns = {
    ...CUSTOMERS.columns,
    source_partition: meta.partition,
    record_id: meta.recordId,
    changed_offset: bigint()
      .from(meta.offset)
      .transform((offset) => offset),
  };
  expect(problemsOf({ ...definition({ version }), columns })).toEqual([
    `write.version: ${name} is no version, as a topic that is created again begins at offset 0: put meta.timestamp, or a time of the producer's, before it`,
  ]);
});

test('a type that PostgreSQL does not compare is no version', () => {
  const columns = { ...CUSTOMERS.columns, state: json() };
  expect(problemsOf({ ...definition({ version: 'state' }), columns })).toEqual([
    'write.version: state is json, which PostgreSQL does not compare: take another type',
  ]);
});

test('what a newer state overwrites: all but the key, or what is named and the version', () => {
  const statesOf = (more: object) => compile(definition(more)).table.states;
  expect(statesOf({})).toEqual({
    version: [1],
    update: [1, 2, 3, 4, 5],
    tombstones: 'dead-letter',
  });
  expect(statesOf({ update: ['city'], tombstones: { softDelete: 'gone' } })).toEqual({
    ...{ version: [1], update: [3, 1], tombstones: 'soft-delete', deletedAt: 'gone' },
  });
});

const NO_VALUE =
  'a tombstone has no value to take it from: it must be from key(), header() or meta';

test.each([
  [
    { version: undefined },
    "write.version: must name the column that tells a newer state from an older one, such as 'updated_at', or a list of them",
  ],
  [{ version: 'updated' }, 'write.version: "updated" must be one of the columns'],
  [
    { version: 'name' },
    'write.version: name must always have a value: neither nullable() nor dbDefault()',
  ],
  [
    { version: ['updated_at', 'id'] },
    'write.version: id is in the key, so that all states of a key have the same',
  ],
  [
    { version: 'source_offset' },
    "write.version: source_offset is no version, as a topic that is created again begins at offset 0: put meta.timestamp, or a time of the producer's, before it",
  ],
  [{ version: ['updated_at', 'updated_at'] }, 'write.version: must not name a column twice'],
  [{ absent: 'default' }, "write.absent: must be 'keep' or 'null'"],
  [
    { onConflict: 'ignore' },
    'write.onConflict: unknown; it must be one of mode, version, tombstones, absent, update',
  ],
  [{ update: ['nam'] }, 'write.update: "nam" must be one of the columns'],
  [{ update: ['id'] }, 'write.update: id is in the key, which stays'],
  [{ update: [] }, 'write.update: must be a list of columns'],
  [
    { tombstones: 'remove' },
    "write.tombstones: must be 'delete', { softDelete: 'deleted_at' }, 'dead-letter' or 'ignore'",
  ],
  [
    { tombstones: { softDelete: '' } },
    "write.tombstones.softDelete: must be the name of a column, such as 'deleted_at'",
  ],
  [
    { tombstones: { softDelete: 'city' } },
    'write.tombstones.softDelete: city must not be among the columns: the sink writes it by itself',
  ],
])('%j is refused', (more, problem) => {
  expect(problemsOf(definition(more))).toEqual([problem]);
});

test('to delete, key and version must come from elsewhere than the value', () => {
  const columns = { ...CUSTOMERS.columns, id: bigint(), updated_at: timestamptz() };
  const all = (tombstones: unknown) => problemsOf({ ...definition({ tombstones }), columns });
  expect(all('delete')).toEqual([`columns.id: ${NO_VALUE}`, `columns.updated_at: ${NO_VALUE}`]);
  expect(all('ignore')).toEqual([]);
  const required = { ...CUSTOMERS.columns, name: text() };
  expect(
    problemsOf({ ...definition({ tombstones: { softDelete: 'gone' } }), columns: required }),
  ).toEqual([
    'columns.name: a key that is deleted before it was there has no value for it: it must be nullable() or dbDefault()',
  ]);
});

function problemsOf(one: unknown): readonly string[] {
  try {
    compileSinks(one);
    return [];
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    return error.problems.map((problem) => problem.replace(/^customers: /, ''));
  }
}
