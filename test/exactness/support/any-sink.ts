import fc from 'fast-check';
import { rest } from '../../../src/definition/columns.ts';
import { type CompiledSinks, compileSinks } from '../../../src/definition/sinks.ts';
import { quoteList } from '../../../src/postgres/identifiers.ts';
import type { SinkRecord } from '../../../src/record/record.ts';
import { sinkRecord } from '../../support/records.ts';
import { type AnyType, type AnyValue, ENUM, KEY_TYPES, TYPES } from './any-columns.ts';
import { canonicalJson } from './decimal.ts';

type Row = readonly (string | null)[];

/** A definition, its table, and records of it. */
export interface AnySink {
  readonly sinks: CompiledSinks;
  readonly ddl: string;
  /** Selects each column as text. */
  readonly select: string;
  readonly records: readonly SinkRecord[];
  /** The offsets of the records that are invalid. */
  readonly invalid: readonly number[];
  /** The rows that the table must hold, in any order. */
  readonly rows: readonly Row[];
  /** Whether a replay has a transform, which takes a field away. */
  readonly transforms: boolean;
  /** Brings a row as it is shown to the form of {@link rows}. */
  read(row: Row): Row;
}

interface AnyColumn {
  readonly name: string;
  readonly type: AnyType;
  readonly nullable: boolean;
  /** Whether its field is within another. */
  readonly nested: boolean;
}

/** Names that must be quoted, that are words of SQL, that all objects have. */
const names = fc
  .oneof(
    fc.constantFrom(
      'select',
      'Order',
      'a"b',
      "it's",
      '__proto__',
      'constructor',
      'a.b',
      'Größe',
      '😀',
      ' ',
      '$1',
      'key0',
    ),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
  )
  .filter((name) => !name.includes('\0') && name.isWellFormed() && Buffer.byteLength(name) <= 63);

const WITHIN = 'within';
const REST = 'rest of it';

const columns = fc
  .uniqueArray(names, { minLength: 2, maxLength: 8 })
  .filter((all) => ![WITHIN, REST, 'unknown'].some((name) => all.includes(name)))
  .chain((all) => {
    const keys = Math.min(3, all.length - 1);
    return fc.tuple(
      ...all.map((name, place) =>
        fc.record({
          name: fc.constant(name),
          type: fc.constantFrom(...(place < keys ? KEY_TYPES : TYPES)),
          nullable: place < keys ? fc.constant(false) : fc.boolean(),
          nested: fc.boolean(),
        }),
      ),
    );
  });

/** A value of a column; null and undefined are null and absent. */
const valueFor = ({ type, nullable }: AnyColumn): fc.Arbitrary<AnyValue | null | undefined> =>
  nullable
    ? fc.oneof({ weight: 4, arbitrary: type.value }, fc.constantFrom(null, undefined))
    : type.value;

/** Definitions with tables of any columns and keys, and up to 16 records with keys of their own. */
export const anySink: fc.Arbitrary<AnySink> = columns.chain((all) => {
  const shuffled = fc.shuffledSubarray(all, { minLength: all.length });
  const keys = all.slice(0, Math.min(3, all.length - 1));
  // The emulator of SQS refuses characters beyond U+FFFF, which SQS takes, and dead letters name the field.
  const canBreak = !/[\u{10000}-\u{10ffff}]/u.test(all[0]?.name ?? '');
  return fc
    .record({
      inDefinition: shuffled,
      inTable: shuffled,
      key: fc.shuffledSubarray(keys, { minLength: 1 }).map((some) => some.map(({ name }) => name)),
      reversed: fc.boolean(),
      transforms: fc.boolean(),
      records: fc.array(
        fc.record({
          values: fc.tuple(...all.map(valueFor)),
          unknown: fc.option(TYPE_OF_REST.value, { nil: undefined }),
          broken: canBreak
            ? fc.integer({ min: 0, max: 9 }).map((one) => one === 0)
            : fc.constant(false),
        }),
        { minLength: 3, maxLength: 16 },
      ),
    })
    .map(({ inDefinition, inTable, key, reversed, transforms, records }) => {
      const sinks = compileSinks({
        ...{ topic: 'any', table: 'anything', key },
        columns: Object.fromEntries([
          ...inDefinition.map(({ name, type, nullable, nested }) => {
            const placed = type.column.from(nested ? [WITHIN, name] : [name]);
            return [name, nullable ? placed.nullable() : placed];
          }),
          [REST, rest()],
        ]),
      });
      const declared = inTable.map(
        ({ name, type, nullable }) =>
          `${quoteList([name])} ${type.sql}${nullable ? '' : ' NOT NULL'}`,
      );
      const index = quoteList(reversed ? key.toReversed() : key);
      const selected = [
        ...all.map(({ name, type }) =>
          type.asJson ? `to_jsonb(${quoteList([name])})::text` : `${quoteList([name])}::text`,
        ),
        `${quoteList([REST])}::text`,
      ];
      const seen = new Set<string>();
      const kept = records.filter(({ values }) => {
        const own = JSON.stringify(
          key.map((name) => values[all.findIndex((column) => column.name === name)]?.canonical),
        );
        return seen.size < seen.add(own).size;
      });
      return {
        sinks,
        ddl: `${ENUM}; CREATE TABLE anything (${declared.join(', ')}, ${quoteList([REST])} jsonb, UNIQUE (${index}))`,
        transforms,
        select: selected.join(', '),
        records: kept.map(({ values, unknown, broken }, offset) =>
          recordOf(all, broken ? [BROKEN, ...values.slice(1)] : values, unknown, offset),
        ),
        invalid: kept.flatMap(({ broken }, offset) => (broken ? [offset] : [])),
        rows: kept
          .filter(({ broken }) => !broken)
          .map(({ values, unknown }) => [
            ...values.map((value) => value?.canonical ?? null),
            unknown ? canonicalJson(`{"unknown":${unknown.json}}`) : canonicalJson('{}'),
          ]),
        read: (row: Row) =>
          row.map((shown, place) =>
            shown === null ? null : (all[place]?.type ?? TYPE_OF_REST).read(shown),
          ),
      };
    });
});

const TYPE_OF_REST = TYPES.find(({ sql }) => sql === 'jsonb') as AnyType;

/** A value that no type of a key takes. */
const BROKEN: AnyValue = { json: '{}', canonical: '' };

function recordOf(
  all: readonly AnyColumn[],
  values: readonly (AnyValue | null | undefined)[],
  unknown: AnyValue | undefined,
  offset: number,
): SinkRecord {
  const fields = all.flatMap(({ name, nested }, place) => {
    const value = values[place];
    if (value === undefined) return [];
    return [{ nested, json: `${JSON.stringify(name)}: ${value?.json ?? 'null'}` }];
  });
  const [inside, outside] = [true, false].map((nested) =>
    fields.filter((field) => field.nested === nested).map((field) => field.json),
  ) as [string[], string[]];
  const parts = [
    ...outside,
    ...(inside.length > 0 ? [`"${WITHIN}":{${inside.join(' ,')}}`] : []),
    ...(unknown ? [`"unknown":${unknown.json}`] : []),
  ];
  return sinkRecord(`{${parts.join(',')}}`, { topic: 'any', offset });
}
