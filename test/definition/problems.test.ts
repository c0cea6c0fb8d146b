import { describe, expect, test } from 'vitest';
import {
  bigint,
  custom,
  integer,
  json,
  jsonb,
  numeric,
  pgEnum,
  rest,
  text,
  timestamptz,
  uuid,
  varchar,
  whole,
} from '../../src/definition/columns.ts';
import { DefinitionError } from '../../src/definition/definition-error.ts';
import { meta } from '../../src/definition/meta.ts';
import { compileSinks } from '../../src/definition/sinks.ts';
import { header, key } from '../../src/definition/sources.ts';
import { sinkRecord } from '../support/records.ts';

const good = { topic: 'orders', table: 'shop.orders', key: 'id', columns: { id: uuid() } };

/** What is said of a definition, without its name. */
function problemsOf(definition: unknown): readonly string[] {
  try {
    compileSinks(definition);
    return [];
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    return error.problems.map((problem) => problem.replace(/^orders: /, ''));
  }
}

const problemsWith = (more: Readonly<Record<string, unknown>>) => problemsOf({ ...good, ...more });
const problemsOfColumn = (column: unknown) =>
  problemsWith({ columns: { id: uuid(), c: column } }).map((problem) =>
    problem.replace('columns.c: ', ''),
  );

describe('a definition', () => {
  test('that is right has no problems', () => {
    expect(problemsOf(good)).toEqual([]);
    expect(problemsWith({ write: { mode: 'insert', onConflict: 'ignore' } })).toEqual([]);
    expect(problemsWith({ foreignKeys: 'dead-letter' })).toEqual([]);
    expect(problemsWith({ foreignKeys: { retryFor: '90s' } })).toEqual([]);
    expect(
      problemsWith({ fields: 'camelCase', key: ['id'], name: 'n', where: () => true }),
    ).toEqual([]);
  });

  test('says all that is wrong at once', () => {
    const definition = {
      ...{ topic: 'a b', table: 'a.b.c', fields: 'snake', name: '', where: true, schema: {} },
      ...{ key: [], columns: { a: varchar({ length: 0 }), b: 7 }, write: { mode: 'replace' } },
      retries: 3,
    };
    expect(() => compileSinks(definition)).toThrow(
      `11 things are wrong in the definition:
  - a b: retries: unknown; it must be one of name, topic, table, fields, where, columns, key, schema, foreignKeys, write
  - a b: name: must be a string that is not empty
  - a b: topic: must be the name of a topic, or a pattern
  - a b: table: must be a table's name, such as 'orders' or 'shop.orders'
  - a b: fields: must be 'same' or 'camelCase'
  - a b: where: must be a function
  - a b: schema: must be a Standard Schema, such as one of Zod, Valibot or ArkType
  - a b: write.mode: must be 'insert' or 'upsert'
  - a b: columns.a: length: must be a whole number from 1 to 10485760
  - a b: columns.b: must be a column, such as text()
  - a b: key: must be the name of a column, or a list of them`,
    );
  });

  test.each([
    [{ value: 'avro' }, 'value: not built yet; it must be left out'],
    [{ registry: {} }, 'registry: not built yet; it must be left out'],
    [
      { foreignKeys: 'retry' },
      "foreignKeys: must be 'dead-letter', or an object such as { retryFor: '10m' }",
    ],
    [
      { foreignKeys: { retryFor: '0s' } },
      "foreignKeys.retryFor: must be a duration, such as '30s', '10m', '2h' or '1d'",
    ],
    [
      { foreignKeys: { retryFor: '1w' } },
      "foreignKeys.retryFor: must be a duration, such as '30s', '10m', '2h' or '1d'",
    ],
    [
      { foreignKeys: { retryFor: 600 } },
      "foreignKeys.retryFor: must be a duration, such as '30s', '10m', '2h' or '1d'",
    ],
    [
      { foreignKeys: { retryFor: '10m', every: '1s' } },
      'foreignKeys.every: unknown; it must be one of retryFor',
    ],
    [{ write: { mode: 'merge' } }, "write.mode: must be 'insert' or 'upsert'"],
    [{ write: { version: ['a'] } }, 'write.version: unknown; it must be one of mode, onConflict'],
    [{ write: 'insert' }, "write: must be an object, such as { mode: 'insert' }"],
    [{ write: { onConflict: 'fail' } }, "write.onConflict: must be 'ignore' or 'dead-letter'"],
    [
      { write: { onConflict: 'dead-letter' } },
      "write.onConflict: 'dead-letter' needs a column that is meta.partition",
    ],
    [{ write: { on: 1 } }, 'write.on: unknown; it must be one of mode, onConflict'],
    [{ topic: /o/g }, '/o/g: topic: a pattern must not have the flag g or y'],
    [{ topic: '' }, 'definition 1: topic: must be the name of a topic, or a pattern'],
    [{ table: '' }, "table: must be a table's name, such as 'orders' or 'shop.orders'"],
    [{ table: 'é'.repeat(32) }, "table: must be a table's name, such as 'orders' or 'shop.orders'"],
    [{ columns: {} }, 'columns: must be an object with at least one column'],
    [{ key: ['id', 'id'] }, 'key: must name each column once'],
    [{ key: 'toString' }, 'key: "toString" must be one of the columns'],
    [{ schema: null }, 'schema: must be a Standard Schema, such as one of Zod, Valibot or ArkType'],
    [{ columns: { id: uuid(), a: rest(), b: rest() } }, 'columns: rest() must be there only once'],
    [
      { columns: { id: uuid().nullable() } },
      'key: id must always have a value: neither nullable() nor dbDefault()',
    ],
    [
      { columns: { id: uuid().dbDefault() } },
      'key: id must always have a value: neither nullable() nor dbDefault()',
    ],
    [
      { columns: { id: uuid(), ['x'.repeat(64)]: text() } },
      `columns.${'x'.repeat(64)}: its name must have 1 to 63 bytes`,
    ],
  ])('%o is refused', (more, problem) => {
    expect(problemsWith(more)).toContain(problem);
    expect(problemsWith(more).length).toBeLessThanOrEqual(2);
  });

  test.each([null, 7, 'orders', [[]]])('%o is none', (definition) => {
    expect(problemsOf(definition)).toEqual(['definition 1: must be what defineSink() returns']);
  });

  test('and there must be one', () => {
    expect(problemsOf([])).toEqual(['There must be at least one definition.']);
  });
});

describe('a column', () => {
  test.each([
    [{ type: 'string' }, /^type: must be one of text, varchar, uuid, /],
    [{ type: 'toString' }, /^type: must be one of /],
    [{ type: 'text', lenght: 3 }, 'lenght: unknown; text takes min, max, coerce'],
    [{ type: 'uuid', coerce: true }, 'coerce: unknown; uuid takes no options'],
    [{ type: 'varchar' }, 'length: missing; it must be a whole number from 1 to 10485760'],
    [{ type: 'text', coerce: 1 }, 'coerce: must be true or false'],
    [{ type: 'text', nullable: 'yes' }, 'nullable: must be true or false'],
    [{ type: 'text', array: 7 }, 'array: must be a whole number from 0 to 6'],
    [{ type: 'text', transform: 'trim' }, 'transform: must be a function'],
    [{ type: 'text', defaultFrom: 'offset' }, 'defaultFrom: must be meta. something'],
    [{ type: 'text', defaultFrom: { meta: 'x' } }, /^defaultFrom: must be one of meta.topic, /],
    [text({ min: 3, max: 2 }), 'max: must not be less than min'],
    [text({ max: -1 }), 'max: must be a whole number from 0 to 10485760'],
    [numeric({ scale: 2 }), 'scale: must stand beside a precision'],
    [numeric({ precision: 1001 }), 'precision: must be a whole number from 1 to 1000'],
    [numeric({ precision: 1, scale: 1001 }), 'scale: must be a whole number from -1000 to 1000'],
    [timestamptz({ epoch: 'm' as 's' }), "epoch: must be 's', 'ms', 'us' or 'ns'"],
    [rest({ invalid: 'drop' as 'omit' }), "invalid: must be 'omit'"],
    [pgEnum('mood(3)'), /^name: must be the name of a type, such as 'ltree'/],
    [pgEnum('mood', []), 'values: must be a list of strings'],
    [custom('char(3)'), /^name: must be the name of a type/],
    [custom('timestamptz'), "name: custom('timestamptz') must be timestamptz()"],
    [custom('Date'), "name: custom('Date') must be date()"],
    [
      custom('bit'),
      "name: custom('bit') must be another type, such as text(): PostgreSQL cuts what is cast to it",
    ],
    [custom('Character'), /^name: custom\('Character'\) must be another type/],
    [text().default(null), 'default: must not be null; nullable() stores null'],
    [integer().default('x'), 'default: not a whole number'],
    [jsonb().default(Number.NaN), 'default: not JSON'],
    [jsonb().default({ a: new Map() }), 'default: not JSON'],
    [text({ max: 1 }).default('xy'), 'default: longer than 1 characters'],
    [json().array(), 'array: must be jsonb().array(), as json keeps its text whole'],
    [rest().from('a'), 'rest() must not have from(), array(), dbDefault() or transform()'],
    [whole().array(), 'whole() must not have from(), array(), dbDefault() or transform()'],
    [whole().default({}), 'whole() must not have default()'],
    [rest().default(meta.topic), 'rest() must not have default()'],
    [bigint().from(meta.topic), 'meta.topic must be in a column that takes text'],
    [uuid().default(meta.offset), 'meta.offset must be in a column that takes bigint'],
    [uuid().from(''), "from: must be a path such as 'customer.email', or ['name.with.dots']"],
    [uuid().from('a..b'), /^from: must be a path/],
    [uuid().from([]), /^from: must be a path/],
    [uuid().from(key('')), /^from: must be a path/],
    [uuid().from(header(7 as unknown as string)), 'from: header() must have the name of a header'],
    [{ type: 'uuid', from: 7 }, 'from: must be a path, key(), header() or meta. something'],
    [{ type: 'uuid', from: {} }, 'from: must be a path, key(), header() or meta. something'],
    [{ type: 'uuid', from: { key: null, meta: 'x' } }, /^from: must be a path, key\(\)/],
    [{ type: 'uuid', from: { meta: 'x' } }, /^from: must be one of meta.topic, meta.partition, /],
  ])('%o is refused', (column, problem) => {
    expect(problemsOfColumn(column)).toEqual([
      typeof problem === 'string' ? problem : expect.stringMatching(problem),
    ]);
  });

  test('must not have two defaults', () => {
    for (const column of [text().default('x'), text().default(meta.topic)])
      expect(problemsOfColumn(column.dbDefault())).toContain(
        'dbDefault: must not stand beside default()',
      );
  });

  test.each([
    text({ min: 0, max: 0 }),
    text().default(meta.recordId),
    text({ max: 3 }).from(meta.recordId),
    integer()
      .from(meta.topic)
      .transform((topic: string) => topic.length),
    custom('shop."Odd.Type"'),
    jsonb().default({ meta: 'offset' }),
    numeric({ precision: 3, scale: -2 }),
    { type: 'text', from: ['a.b'], nullable: true, sensitive: true, array: 0 },
    { type: 'uuid', from: { key: null } },
    { type: 'uuid', from: { header: '' } },
    { type: 'timestamptz', defaultFrom: { meta: 'timestamp' } },
  ])('%o is taken', (column) => {
    expect(problemsOfColumn(column)).toEqual([]);
  });
});

describe('compiled', () => {
  test('it has a table with types as SQL', () => {
    const [sink] = compileSinks({
      topic: 'orders',
      table: '"Shop"."odd""name."',
      key: ['b', 'a'],
      columns: {
        a: varchar({ length: 3 }),
        b: numeric({ precision: 3, scale: 1 }),
        c: pgEnum('shop.Mood').array().array().nullable(),
        d: pgEnum('shop."order.status"'),
        e: rest(),
        f: custom('ltree'),
        g: pgEnum('order'),
      },
    }).all;
    expect(sink).toMatchObject({ name: 'orders', topic: 'orders' });
    expect(sink?.table).toEqual({
      name: ['Shop', 'odd"name.'],
      key: [1, 0],
      onConflict: 'ignore',
      columns: [
        { name: 'a', type: 'varchar', limit: '3', nullable: false },
        { name: 'b', type: 'numeric', limit: '3,1', nullable: false },
        { name: 'c', type: 'shop."Mood"[]', nullable: true },
        { name: 'd', type: 'shop."order.status"', nullable: false },
        { name: 'e', type: 'jsonb', nullable: false },
        { name: 'f', type: 'ltree', nullable: false },
        { name: 'g', type: '"order"', nullable: false },
      ],
    });
  });

  test('it says which coordinates are stored, and what must be masked', () => {
    const [sink] = compileSinks({
      ...good,
      columns: {
        id: uuid().from(key('id')).sensitive(),
        whole_key: text().from(key()).sensitive(),
        h: text().from(header('h')).sensitive(),
        f: text(),
        at: meta.timestamp,
        more: rest(),
        all: whole(),
        number: bigint().from(meta.offset),
        next: bigint()
          .from(meta.offset)
          .transform((offset: string) => offset + 1),
      },
    }).all;
    const coordinates = sink?.table.columns.flatMap(({ name, coordinate }) =>
      coordinate ? [[name, coordinate]] : [],
    );
    expect(coordinates).toEqual([
      ['at', 'timestamp'],
      ['number', 'offset'],
    ]);
    expect(sink?.sensitive).toEqual({
      columns: ['id', 'whole_key', 'h'],
      ...{ fields: [], keys: [['id'], []], headers: ['h'], rest: false },
      shown: { fields: [['f'], []], keys: [], headers: [], rest: true },
    });
  });

  test('plain data does what functions do', () => {
    const plain = JSON.parse(
      JSON.stringify({ ...good, columns: { id: uuid().default(meta.recordId).spec } }),
    );
    const built = { ...good, columns: { id: uuid().default(meta.recordId) } };
    const record = sinkRecord('{}');
    const [one, other] = [plain, built].map((definition) => compileSinks(definition).all[0]);
    expect(one?.decode(record)).toEqual({ ...other?.decode(record), table: one?.table });
  });
});

describe('several definitions', () => {
  const of = (topic: string | RegExp) => ({ ...good, topic });

  test('are found by topic', () => {
    const { all, sinkOf } = compileSinks([of('a'), { ...of(/b-\d/i), name: 'bees' }]);
    expect(all.map(({ name }) => name)).toEqual(['a', 'bees']);
    for (let twice = 0; twice < 2; twice += 1) {
      expect(sinkOf('a')).toBe(all[0]);
      expect(sinkOf('B-1')).toBe(all[1]);
      for (const other of ['aa', 'b-12', 'xb-1', 'c'])
        expect(sinkOf(other)).toMatchObject({
          problems: [
            `${other}: no definition takes this topic: add one to the definition file, which has a, /^(?:b-\\d)$/i`,
          ],
        });
    }
  });

  test.each([
    [['a', 'a'], 'a: topic: must not be one of a, which has a definition already'],
    [['ab', /a./], '/a./: topic: must not be one of ab, which has a definition already'],
    [[/a./, 'ab'], 'ab: topic: must not be one of /a./, which has a definition already'],
    [[/a./, /a./], '/a./: topic: must not be one of /a./, which has a definition already'],
  ])('%o overlap', (topics, problem) => {
    expect(problemsOf(topics.map(of))).toEqual([problem]);
  });

  test.each([[['a', 'b']], [['abc', /a./]], [[/a./, /b./]]])('%o do not', (topics) => {
    expect(problemsOf(topics.map(of))).toEqual([]);
  });

  test('patterns that overlap are found with the first topic that shows it', () => {
    const { all, sinkOf } = compileSinks([of(/a.*/), of(/.*b/)]);
    expect(sinkOf('ac')).toBe(all[0]);
    expect(sinkOf('ab')).toMatchObject({
      message: expect.stringContaining('ab: one definition must take this topic, not '),
    });
  });
});
