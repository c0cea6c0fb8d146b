import type { Version } from '../../../local/postgres-binaries.ts';
import type { ColumnSpec } from '../../../src/definition/column.ts';
import { bigint, boolean } from '../../../src/definition/columns.ts';
import { meta } from '../../../src/definition/meta.ts';
import { type CompiledSinks, compileSinks } from '../../../src/definition/sinks.ts';
import { key } from '../../../src/definition/sources.ts';
import type { SinkRecord } from '../../../src/record/record.ts';
import { CASES, TOO_DEEP, type TypeCases } from '../../definition/support/cases.ts';
import { sinkRecord, TIMESTAMP } from '../../support/records.ts';

/** A record, and what must become of it. */
interface Sent {
  readonly record: SinkRecord;
  /** What PostgreSQL must show, in the order of {@link EveryCase.shown}. */
  readonly row: readonly (string | null)[];
}

export interface Refused {
  readonly record: SinkRecord;
  /** Of its dead letter. */
  readonly message: string;
  /** The column that the message names too, when PostgreSQL was asked for it. */
  readonly column?: string;
}

/** All values of the case table, in records for one table that has a column for each type. */
export interface EveryCase {
  readonly sinks: CompiledSinks;
  readonly ddl: string;
  /** Selects each column as text. */
  readonly shown: string;
  /** What is in those columns. */
  readonly names: readonly string[];
  readonly taken: readonly Sent[];
  /** Each has one value that the definition rejects, or none for a column that needs one. */
  readonly rejected: readonly Refused[];
  /** Each has one value that its column's type refuses in PostgreSQL. */
  readonly refusedByType: readonly Refused[];
  readonly refusedByCheck: Refused;
}

/** COPY is for 50 records and more. */
const COUNT = 60;

/** Of a record; the second is microseconds that somebody took for milliseconds. */
const TIMESTAMPS = [
  [TIMESTAMP, '2025-10-22 00:00:00+00'],
  [1_761_127_200_123_456, '57777-11-24 16:02:03.456+00'],
  [0, '1970-01-01 00:00:00+00'],
] as const;

/** Values that the types' own text form decides about. */
const FOR_POSTGRES: Readonly<Record<string, readonly [json: string, sqlstate: string]>> = {
  jsonb: ['1e200000', '22003'],
  enum: ['"glad"', '22P02'],
  custom: ['"08:00:2b"', '22P02'],
};

/** A transform that changes each record, but none of the values. */
export const touch = (value: unknown) => ({ ...(value as object), touched: true });

/** All values of the case table as a version of PostgreSQL takes them. */
export function everyCase(version: Version): EveryCase {
  const cases = CASES.map((one) => forVersion(one, version)).filter((one) => one !== null);
  const sinks = compileSinks({
    ...{ topic: 'exact', table: 'exact', key: 'n' },
    columns: {
      n: bigint().from(key('n')),
      ...Object.fromEntries(cases.map(({ column }, index) => [`c${index}`, column])),
      at: meta.timestamp,
      touched: boolean().nullable(),
    },
  });
  const typeOf = (name: string) =>
    sinks.all[0]?.table.columns.find((column) => column.name === name)?.type as string;
  const declared = cases.map(
    ({ column: { spec } }, index) =>
      `c${index} ${typeOf(`c${index}`)}${limitOf(spec as Limits)}${spec.nullable ? '' : ' NOT NULL'}`,
  );

  /** A record whose values are those of this place in each list, from the beginning again where a list is shorter. */
  function recordOf(n: number, replaced: Readonly<Record<string, string | undefined>> = {}) {
    const values = cases.map(({ taken }) => nth(taken, n));
    const fields = values
      .map(([json], index): [string, string | undefined] => [`c${index}`, json])
      .map(([name, json]) => [name, Object.hasOwn(replaced, name) ? replaced[name] : json] as const)
      .filter(([, json]) => json !== undefined)
      .map(([name, json]) => `"${name}":${json}`);
    // Of a field that is there twice, the last counts.
    const twice = n % 4 === 3 ? fields.map((field) => `${field.split(':')[0]}:false`) : [];
    const [timestamp, at] = nth(TIMESTAMPS, n);
    const record = sinkRecord(`{${[...twice, ...fields].join(',')}}`, {
      ...{ topic: 'exact', offset: n, timestamp, key: Buffer.from(`{"n":${n}}`) },
    });
    return { record, row: [...values.map(([, text, shown = text]) => shown), at, null] };
  }

  let next = 1000;
  const refuse = (index: number, json: string | undefined, message: string): Refused => {
    next += 1;
    return { record: recordOf(next, { [`c${index}`]: json }).record, message };
  };
  return {
    sinks,
    ddl: `CREATE TYPE mood AS ENUM ('sad', 'happy');
          CREATE TABLE exact (n bigint PRIMARY KEY CONSTRAINT known CHECK (n < 9000), ${declared.join(', ')}, at timestamptz NOT NULL, touched boolean)`,
    shown: [...cases.map((_, index) => `c${index}`), 'at', 'touched']
      .map((name) => `${name}::text`)
      .join(', '),
    names: [...cases.map(({ name }) => name), 'the time of the record', 'touched'],
    taken: Array.from({ length: COUNT }, (_, n) => recordOf(n)),
    rejected: cases.flatMap(({ column, rejected }, index) => [
      ...rejected.map(([json, message]) => refuse(index, json, issueOf(`c${index}`, message))),
      ...(column.spec.nullable ? [] : [refuse(index, undefined, `c${index}: missing`)]),
    ]),
    refusedByType: cases.flatMap(({ name }, index) => {
      const [json, sqlstate] = FOR_POSTGRES[name] ?? [];
      if (json === undefined) return [];
      const refused = refuse(index, json, `refused by PostgreSQL: SQLSTATE ${sqlstate}`);
      return [{ ...refused, column: `c${index}` }];
    }),
    refusedByCheck: {
      record: recordOf(9000).record,
      message: 'refused by PostgreSQL: SQLSTATE 23514, constraint known',
    },
  };
}

/** Without what came with PostgreSQL 14 and 15: infinity in `numeric`, and scales outside of the precision. */
function forVersion(one: TypeCases, version: Version) {
  const { type, precision = 0, scale = 0 } = one.column.spec as ColumnSpec & Limits;
  if (version === 18 || type !== 'numeric') return withAbsent(one);
  if (scale < 0 || scale > Math.max(precision, 0)) return null;
  return withAbsent({ ...one, taken: one.taken.filter(([json]) => !/^"-?Infinity"$/.test(json)) });
}

interface Limits {
  readonly length?: number;
  readonly precision?: number;
  readonly scale?: number;
}

type Taken = readonly (readonly [json: string | undefined, text: string | null, shown?: string])[];

function withAbsent(one: TypeCases) {
  const absent: Taken = one.column.spec.nullable ? [[undefined, null]] : [];
  return { ...one, taken: [...one.taken, ...absent] as Taken };
}

/** The issue as the dead letter says it. */
function issueOf(column: string, message: string): string {
  // It is the record's: nothing of it is parsed.
  if (message === TOO_DEEP) return `value: ${message}`;
  return message.startsWith('.') ? `${column}${message}` : `${column}: ${message}`;
}

/** The limits that the definition says: PostgreSQL must not round, cut or refuse within them. */
function limitOf({ length, precision, scale = 0 }: Limits): string {
  if (length !== undefined) return `(${length})`;
  return precision === undefined ? '' : `(${precision}, ${scale})`;
}

function nth<T>(list: readonly T[], place: number): T {
  return list[place % list.length] as T;
}
