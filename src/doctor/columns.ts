import pg from 'pg';
import { columnNames } from '../postgres/identifiers.ts';
import type { Column, Table } from '../record/table.ts';
import { type Check, failed, type Outcome, passed, warned } from './check.ts';
import type { FoundTable } from './table.ts';

export const TABLE_COLUMNS = 'table columns';

/** A column as the sink wants it and as the table has it. A domain counts as the type below it. */
interface Compared {
  /** As the catalog names it; null when there is no such type. */
  readonly wanted: string | null;
  /** As the catalog names it; null when there is no such column. */
  readonly base: string | null;
  /** With length, precision and scale. */
  readonly actual: string;
  /** These alone, as {@link Column.limit} has them; null when there are none. */
  readonly limit: string | null;
  readonly notNull: boolean;
  /** Whether the types are the same. */
  readonly same: boolean;
}

const COMPARE = `
SELECT wanted.typname AS wanted, base.typname AS base, format_type(a.atttypid, a.atttypmod) AS actual,
       substring(format_type(base.oid, coalesce(nullif(a.atttypmod, -1), t.typtypmod)) FROM '\\(([-0-9,]+)\\)') AS limit,
       a.attnotnull OR t.typnotnull AS "notNull", base.oid = wanted.oid AS same
  FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS asked(name, type, position)
  LEFT JOIN pg_type wanted ON wanted.oid = to_regtype(asked.type)
  LEFT JOIN pg_attribute a ON a.attrelid = $1 AND a.attname = asked.name AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_type base ON base.oid = coalesce(nullif(t.typbasetype, 0), t.oid)
 ORDER BY asked.position`;

/** Columns that must be filled and that neither the sink nor a default fills; a trigger may. */
const UNFILLED = `
SELECT a.attname AS name, c.relhastriggers AS triggers
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
 WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped AND a.attname <> ALL ($2)
   AND a.attnotnull AND NOT a.atthasdef AND a.attidentity = ''
 ORDER BY a.attnum`;

/** Whether the table has the sink's columns, with types that take its values, and no others that must be filled. */
export async function checkColumns(
  client: pg.Client,
  found: FoundTable,
  table: Table,
): Promise<Outcome<true>> {
  const { columns } = table;
  const names = columnNames(table);
  const types = columns.map(({ type }) => type);
  const compared = await client.query<Compared>(COMPARE, [found.oid, names, types]);
  const unfilled = await client.query<{ name: string; triggers: boolean }>(UNFILLED, [
    found.oid,
    names,
  ]);
  const problems = [
    ...columns.flatMap((column, position) =>
      judge(found, column, compared.rows[position] as Compared),
    ),
    ...unfilled.rows.map(({ name, triggers }) => unknown(found, name, triggers)),
  ];
  const all = passed(TABLE_COLUMNS, `all ${names.length} are there, with types that fit`);
  return { checks: problems.length > 0 ? problems : [all], value: true };
}

function judge(found: FoundTable, column: Column, compared: Compared): Check[] {
  if (compared.wanted === null) return [noType(column)];
  if (compared.base === null) return [absent(found, column)];
  const fit = fitOf(column, compared);
  return [
    ...(fit === 'whole' ? [] : [unlike(found, column, compared.actual, fit)]),
    ...(column.nullable && compared.notNull ? [notNullable(found, column)] : []),
  ];
}

/**
 * How the table's type takes the sink's values: `whole`, every one; `narrow`, those that fit, and PostgreSQL refuses the
 * others; `changed`, in another form or rounded, and by COPY not as by INSERT.
 */
type Fit = 'whole' | 'narrow' | 'changed';

/** Types whose values the ones behind them hold too, in their order. */
const WIDER: readonly (readonly string[])[] = [
  ['int2', 'int4', 'int8', 'numeric'],
  ['text', 'varchar'],
  ['varchar', 'text'],
];
const INTEGERS: ReadonlySet<string> = new Set(['int2', 'int4', 'int8']);

/** Types that round what their precision does not hold; the others refuse it. */
const ROUNDS: ReadonlySet<string> = new Set([
  'numeric',
  'time',
  'timetz',
  'timestamp',
  'timestamptz',
  'interval',
]);

function fitOf(column: Column, { wanted, base, limit, same }: Compared): Fit {
  const [from, to] = [wanted ?? '', base ?? ''];
  const wider = WIDER.some((types) => {
    const at = types.indexOf(from);
    return at >= 0 && types.indexOf(to) > at;
  });
  if (same || wider) {
    if (limit === null || holds(limit, column.limit)) return 'whole';
    return ROUNDS.has(to) ? 'changed' : 'narrow';
  }
  return INTEGERS.has(from) && INTEGERS.has(to) ? 'narrow' : 'changed';
}

/** Whether all values of one limit are within another: as many digits before the point and behind it. */
function holds(actual: string, wanted: string | undefined): boolean {
  if (wanted === undefined) return false;
  const [[length = 0, scale = 0] = [], [least = 0, leastScale = 0] = []] = [actual, wanted].map(
    (limit) => limit.split(',').map(Number),
  );
  return length - scale >= least - leastScale && scale >= leastScale;
}

function noType({ name, type }: Column): Check {
  return failed(
    TABLE_COLUMNS,
    `the type ${type}, for ${name}, does not exist`,
    'Create it, or name its schema in the definition.',
  );
}

function absent({ sql }: FoundTable, { name, type }: Column): Check {
  return failed(
    TABLE_COLUMNS,
    `${name} is missing`,
    `ALTER TABLE ${sql} ADD COLUMN ${pg.escapeIdentifier(name)} ${type}; or run the migration that brings it.`,
  );
}

function unlike({ sql }: FoundTable, { name, type }: Column, actual: string, fit: Fit): Check {
  const detail = `${name} is ${actual}, not ${type}`;
  const column = pg.escapeIdentifier(name);
  const change = `ALTER TABLE ${sql} ALTER COLUMN ${column} TYPE ${type}`;
  if (fit === 'changed')
    return failed(
      TABLE_COLUMNS,
      `${detail}: it refuses values, or changes them in silence`,
      `${change} USING ${column}::${type};`,
    );
  return warned(
    TABLE_COLUMNS,
    `${detail}: a record whose value does not fit is dead-lettered`,
    `${change}; or see that every value of the topic fits.`,
  );
}

function notNullable({ sql }: FoundTable, { name }: Column): Check {
  return warned(
    TABLE_COLUMNS,
    `${name} must not be null, and the definition lets it be: a record without it is dead-lettered`,
    `ALTER TABLE ${sql} ALTER COLUMN ${pg.escapeIdentifier(name)} DROP NOT NULL; or see that every record has it.`,
  );
}

function unknown({ sql }: FoundTable, name: string, triggers: boolean): Check {
  const remedy = `ALTER TABLE ${sql} ALTER COLUMN ${pg.escapeIdentifier(name)} DROP NOT NULL; or give it a default.`;
  return triggers
    ? warned(TABLE_COLUMNS, `${name} must not be null, and only a trigger could fill it`, remedy)
    : failed(TABLE_COLUMNS, `${name} must not be null, and nothing fills it`, remedy);
}
