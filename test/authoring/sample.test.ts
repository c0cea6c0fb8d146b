import { describe, expect, test } from 'vitest';
import { ddlOf } from '../../src/authoring/ddl.ts';
import type { SampleRecord } from '../../src/authoring/sample/place.ts';
import {
  createSampler,
  type Sampler,
  type SamplerOptions,
} from '../../src/authoring/sample/sampler.ts';
import type { Column } from '../../src/definition/column.ts';
import {
  bigint,
  bytea,
  custom,
  integer,
  jsonb,
  numeric,
  pgEnum,
  rest,
  smallint,
  text,
  timestamptz,
  uuid,
  varchar,
  whole,
} from '../../src/definition/columns.ts';
import type { AnyDefinition } from '../../src/definition/define.ts';
import { meta } from '../../src/definition/meta.ts';
import { compileSinks } from '../../src/definition/sinks.ts';
import { header, key, type Source } from '../../src/definition/sources.ts';
import { createStore } from '../../src/postgres/store.ts';
import { readSettings } from '../../src/settings/reader.ts';
import { readSink } from '../../src/settings/sink.ts';
import { startDeadline } from '../../src/timing/deadline.ts';
import { CASES } from '../definition/support/cases.ts';
import { createDatabase } from '../support/database.ts';
import { sinkRecord } from '../support/records.ts';

const COUNT = 40;
const indexes = [...Array(COUNT).keys()];

const LABELS = new Map([['mood', ['sad', 'happy']]]);
const GIVEN = { c: ['08:00:2b:01:02:03'] };
/** A value of a type that the tests' custom column has. */
const optionsFor = ({ spec }: Column): SamplerOptions => ({
  labels: LABELS,
  ...(spec.type === 'custom' && { given: GIVEN }),
});

function definition(
  columns: Readonly<Record<string, Column>>,
  more: Partial<AnyDefinition> = {},
): AnyDefinition {
  return { topic: 't', table: 't', key: 'id', columns: { id: bigint(), ...columns }, ...more };
}

/** The row that a record becomes, by column; or why it becomes none. */
function decodeWith(of: AnyDefinition, record: SampleRecord) {
  const decoded = compileSinks(of).all[0]?.decode(sinkRecord('', record));
  if (!decoded || 'rule' in decoded) return 'passed over';
  if ('reason' in decoded) return decoded.reason;
  const { table, row } = decoded;
  return Object.fromEntries(table.columns.map(({ name }, at) => [name, row[at]]));
}

const rowsOf = (of: AnyDefinition, sampler: Sampler) =>
  indexes.map((index) => decodeWith(of, sampler.make(index)));

describe('samples are valid', () => {
  test.each<[string, (column: Column) => Source]>([
    ['a field', () => 'c'],
    ['a field within an array', () => 'list.1.c'],
    ['a part of the key', () => key('c.c')],
    ['the whole key', () => key()],
    ['a header', () => header('c')],
  ])('whatever the column type is, from %s', (_, source) => {
    for (const { name, column } of CASES) {
      const of = definition({ c: column.from(source(column)) });
      const rows = rowsOf(of, createSampler(of, optionsFor(column)));
      expect([name, ...rows.filter((row) => typeof row === 'string')]).toEqual([name]);
      expect(new Set(rows.map((row) => JSON.stringify(row))).size).toBe(COUNT);
    }
  });

  test('for PostgreSQL too', async () => {
    const database = await createDatabase();
    const settings = { DATABASE_URL: database.url, DEAD_LETTER_QUEUE_URL: 'http://x/1/q' };
    const store = createStore(readSettings(settings, readSink), {
      onRetry: () => {},
      onCircuit: () => {},
    });
    const deadline = startDeadline(60_000);
    await database.query("CREATE TYPE mood AS ENUM ('sad', 'happy')");
    try {
      for (const [at, { name, column }] of CASES.entries()) {
        const isEnum = column.spec.type === 'enum';
        const c = isEnum ? pgEnum('mood', ['sad', 'happy']) : column;
        const of = definition({ c }, { table: `samples.t${at}` });
        await database.query(ddlOf([of]));
        const sampler = createSampler(of, optionsFor(column));
        const sink = compileSinks(of).all[0];
        const rows = indexes.flatMap((index) => {
          const decoded = sink?.decode(sinkRecord('', sampler.make(index)));
          return decoded && 'row' in decoded ? [decoded] : [];
        });
        const { stored, failed, rejected } = await store.store(rows, deadline);
        expect([name, stored.length, failed, rejected]).toEqual([name, COUNT, [], []]);
      }
    } finally {
      deadline.clear();
      await store.close();
    }
  });

  test('with limits that leave hardly a choice', () => {
    const of = definition({
      one: text({ min: 1, max: 1 }),
      none: text({ max: 0 }),
      long: text({ min: 300 }),
      short: varchar({ length: 2 }),
      tiny: numeric({ precision: 1, scale: 3 }),
      large: numeric({ precision: 2, scale: -3 }),
    });
    const sampler = createSampler(of);
    expect(rowsOf(of, sampler)).not.toContain('invalid_value');
  });

  test('where a definition passes over all but one of a hundred', () => {
    const of = definition(
      { n: integer() },
      { where: (value) => (value as { n: number }).n % 100 === 0 },
    );
    const sampler = createSampler(of);
    for (let index = 0; index < 1000; index += 1)
      expect(decodeWith(of, sampler.make(index))).toMatchObject({
        n: expect.stringMatching(/00$/),
      });
  });

  test('where fields lie within fields that other columns take whole, and in rest() and whole()', () => {
    const of = definition({
      email: text().from('customer.email'),
      customer: jsonb(),
      city: text().from(['customer', 'home.city']),
      all: whole(),
      more: rest(),
    });
    const [row] = rowsOf(of, createSampler(of)) as Record<string, string>[];
    expect(JSON.parse(row?.customer ?? '')).toEqual({ email: row?.email, 'home.city': row?.city });
    expect(JSON.parse(row?.more ?? '')).toEqual({
      priority: 'high',
      tags: ['a', 'b', null, { c: 1.5 }],
    });
  });

  test('where a definition judges values, and where a transform takes other ones', () => {
    const of = definition(
      { n: smallint(), name: text().transform(({ length }: string[]) => `${length}`.repeat(3)) },
      {
        where: (value) => (value as { n: number }).n % 2 === 0,
        schema: {
          '~standard': {
            version: 1,
            vendor: 'test',
            validate: (value) =>
              'tags' in (value as object) ? { issues: [{ message: 'unknown field' }] } : {},
          },
        },
      },
    );
    const rows = rowsOf(of, createSampler(of)) as Record<string, string>[];
    expect(rows.filter(({ n }) => Number(n) % 2 !== 0)).toEqual([]);
  });
});

describe('the key of a sample', () => {
  const KEYS: readonly Column[] = [
    text({ max: 4 }),
    varchar({ length: 3 }),
    uuid(),
    smallint(),
    integer(),
    numeric({ precision: 5, scale: 5 }),
    timestamptz(),
    timestamptz({ epoch: 's' }),
    bytea({ encoding: 'hex' }).from(key()),
    text().array().from(header('k')),
    jsonb(),
  ];

  test('is another one for each index, and the same again for the same', () => {
    for (const column of KEYS) {
      const of = { ...definition({}), key: 'k', columns: { k: column, v: text() } };
      const rows = rowsOf(of, createSampler(of)) as Record<string, string>[];
      expect([column.spec.type, new Set(rows.map(({ k }) => k)).size]).toEqual([
        column.spec.type,
        COUNT,
      ]);
      expect(rowsOf(of, createSampler(of))).toEqual(rows);
    }
  });

  test('is another one for another seed', () => {
    const of = definition({ v: text() });
    const ids = (seed: number) =>
      (rowsOf(of, createSampler(of, { seed })) as Record<string, string>[]).map(({ id }) => id);
    expect(new Set([...ids(0), ...ids(1), ...ids(2 ** 32 - 1)]).size).toBe(3 * COUNT);
  });

  test('can be that of another sample with other content', () => {
    const of = { ...definition({ v: text() }), key: ['id', 'name'] };
    const columns = { ...of.columns, name: text().from(header('name')) };
    const sampler = createSampler({ ...of, columns });
    const [one, two] = [sampler.make(1), sampler.make(2, { keyOf: 1 })].map((record) =>
      decodeWith({ ...of, columns }, record),
    ) as Record<string, string>[];
    expect([two?.id, two?.name]).toEqual([one?.id, one?.name]);
    expect(two?.v).not.toBe(one?.v);
  });
});

test('values that may be absent sometimes are, unless the sample must be complete', () => {
  const of: AnyDefinition = {
    ...definition({ a: text().nullable(), b: text().default('-'), c: text().dbDefault() }),
    columns: {
      id: uuid().default(meta.recordId),
      a: text().nullable(),
      b: text().default('-'),
      c: text().dbDefault(),
    },
  };
  const sampler = createSampler(of);
  const fields = (record: SampleRecord) => JSON.parse(String(record.value));
  const some = Array.from({ length: 200 }, (_, index) => fields(sampler.make(index)));
  for (const name of ['id', 'a', 'b', 'c'])
    expect(some.filter((one) => !(name in one)).length).toBeGreaterThan(0);
  expect(some.filter(({ a }) => a === null).length).toBeGreaterThan(0);
  for (const index of indexes)
    expect(Object.keys(fields(sampler.make(index, { complete: true })))).toEqual(
      expect.arrayContaining(['id', 'a', 'b', 'c']),
    );
});

describe('samples that must not be stored', () => {
  test('are rejected for the reason that is asked for, in all ways that there are', () => {
    const of = definition({
      name: text({ max: 500 }).from('customer.name'),
      at: timestamptz(),
      tenant: text().from(header('tenant')),
      more: rest(),
    });
    const sampler = createSampler(of);
    expect([...sampler.reasons].sort()).toEqual([
      ...['invalid_json', 'invalid_utf8', 'invalid_value', 'rejected_by_postgres', 'tombstone'],
    ]);
    const values = new Set<string>();
    for (const reason of sampler.reasons)
      for (let round = 0; round < 60; round += 1) {
        const record = sampler.reject(round, reason, round);
        if (reason === 'rejected_by_postgres')
          expect(decodeWith(of, record)).toMatchObject({ at: '2025-10-22T00:00:00+23:59' });
        else expect(decodeWith(of, record)).toBe(reason);
        values.add(String(record.value));
      }
    expect([...values].some((value) => value.includes('['.repeat(3000)))).toBe(true);
  });

  test('are invalid by their depth alone where nothing else is', () => {
    const of: AnyDefinition = {
      ...definition({}),
      columns: { id: meta.recordId, value: whole() },
    };
    const sampler = createSampler(of);
    expect([...sampler.reasons]).toEqual([
      ...['tombstone', 'invalid_utf8', 'invalid_json', 'invalid_value'],
    ]);
    expect(String(sampler.reject(0, 'invalid_value', 0).value)).toContain('['.repeat(3000));
  });

  test('are passed over by where', () => {
    const of = definition({ n: smallint() }, { where: (value) => (value as { n: number }).n > 99 });
    const sampler = createSampler(of, { given: { n: [1, 2, 100] } });
    expect(sampler.passesOver).toBe(true);
    for (const index of indexes) {
      expect(decodeWith(of, sampler.passOver(index))).toBe('passed over');
      expect(decodeWith(of, sampler.make(index))).toMatchObject({ n: '100' });
    }
    expect(createSampler(definition({})).passesOver).toBe(false);
  });
});

describe('what is wrong is said', () => {
  test('where no value of a type is known, by column, unless values are given or it may be absent', () => {
    const columns = { path: custom('shop.area'), mood: pgEnum('mood') };
    expect(() => createSampler(definition(columns))).toThrow(
      /2 things.*\n.*columns\.path: no value of custom shop\.area is known: make it nullable\n.*columns\.mood: no value of enum mood is known: name them, pgEnum\('mood', \['a value', …\]\), or make it nullable/,
    );
    const of = definition({ path: custom('shop.area').nullable(), mood: columns.mood });
    const sampler = createSampler(of, { given: { mood: ['sad'] } });
    expect(decodeWith(of, sampler.make(7, { complete: true }))).toMatchObject({
      path: null,
      mood: 'sad',
    });
  });

  test('where no sample is valid, with what is wrong with the last one', () => {
    const never = definition({ a: text() }, { where: () => false });
    expect(() => createSampler(never)).toThrow(
      't: none of 10000 samples is valid: where passes them over',
    );
    const wrong = definition({ a: text().transform(() => 1) });
    expect(() => createSampler(wrong)).toThrow('none of 10000 samples is valid: a: not a string');
  });
});
