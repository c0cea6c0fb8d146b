import pg from 'pg';
import { keyNames, quoteList } from '../postgres/identifiers.ts';
import type { Table } from '../record/table.ts';
import { type Check, failed, type Outcome, passed } from './check.ts';
import type { FoundTable } from './table.ts';

export const KEY = 'table key';

interface Facts {
  /** Whether there is an index that `ON CONFLICT` finds by the columns of the key, and that tells every repeat at once. */
  readonly unique: boolean;
  readonly hasPrimaryKey: boolean;
  /** Columns of the key that can be NULL, which no unique index tells from another NULL. */
  readonly nullable: readonly string[];
  /** Columns of the key that its index compares by another collation than their own, by which the sink looks for a row. */
  readonly collated: readonly string[];
  /** Columns by which the table is partitioned and that are not in the key; NULL in the place of an expression. */
  readonly outside: readonly (string | null)[];
}

/**
 * The index has exactly the columns of the key, in whatever order; those of INCLUDE do not count, and an expression is
 * none. `indimmediate`: it is not deferrable. A temporal key (WITHOUT OVERLAPS) is an exclusion constraint.
 */
const FACTS = `
WITH columns AS (
  SELECT a.attname::text AS name, a.attnum, a.attcollation AS collated, a.attnotnull OR t.typnotnull AS filled
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
   WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped),
usable AS (
  SELECT i.* FROM pg_index i
   WHERE i.indrelid = $1 AND i.indnkeyatts = cardinality($2::text[])
     AND i.indisunique AND i.indisvalid AND i.indimmediate AND NOT i.indisexclusion AND i.indpred IS NULL
     AND $2 <@ ARRAY(SELECT name FROM columns WHERE attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])))
SELECT EXISTS (SELECT FROM usable) AS unique,
       ARRAY(SELECT DISTINCT name FROM usable CROSS JOIN unnest(indkey::int2[], indcollation::oid[]) AS part(number, own)
               JOIN columns ON attnum = number WHERE own NOT IN (0, columns.collated)) AS collated,
       EXISTS (SELECT FROM pg_index WHERE indrelid = $1 AND indisprimary) AS "hasPrimaryKey",
       ARRAY(SELECT name FROM columns WHERE name = ANY ($2) AND NOT filled ORDER BY attnum) AS nullable,
       ARRAY(SELECT name
               FROM pg_partitioned_table p CROSS JOIN unnest(p.partattrs::int2[]) AS by LEFT JOIN columns ON attnum = by
              WHERE p.partrelid = $1 AND (name IS NULL OR name <> ALL ($2))) AS outside`;

/** Whether PostgreSQL can tell a row that is there already: without that, not one row is stored. */
export async function checkKey(
  client: pg.Client,
  { oid, sql }: FoundTable,
  table: Table,
): Promise<Outcome<true>> {
  const key = keyNames(table);
  const { rows } = await client.query<Facts>(FACTS, [oid, key]);
  const [facts] = rows;
  const shown = key.length === 1 ? `${key}` : `(${key.join(', ')})`;
  const problem = facts ? problemOf(facts, shown, sql, key) : null;
  return { checks: [problem ?? passed(KEY, `${shown} is unique, and never NULL`)], value: true };
}

function problemOf(
  { unique, hasPrimaryKey, nullable, collated, outside }: Facts,
  shown: string,
  sql: string,
  key: readonly string[],
): Check | null {
  const notNull = nullable.map((name) => `ALTER COLUMN ${pg.escapeIdentifier(name)} SET NOT NULL`);
  if (collated.length > 0)
    return failed(
      KEY,
      `the index of the key compares ${collated.join(', ')} by another collation than the column's: the sink would not find the row that is in the way`,
      'Give the column that collation, or make the index without COLLATE.',
    );
  if (unique)
    return nullable.length === 0
      ? null
      : failed(
          KEY,
          `${nullable.join(', ')} of the key can be NULL: rows of one key would not be told from each other`,
          `ALTER TABLE ${sql} ${notNull.join(', ')};`,
        );
  if (outside.length > 0) return partitioned(shown, outside);
  const changes = hasPrimaryKey ? [...notNull, 'ADD UNIQUE'] : ['ADD PRIMARY KEY'];
  return failed(
    KEY,
    `${shown} is neither the primary key nor unique by itself: no index has exactly these columns, is unique, valid, not partial and not deferrable`,
    `ALTER TABLE ${sql} ${changes.join(', ')} (${quoteList(key)});`,
  );
}

function partitioned(shown: string, outside: Facts['outside']): Check {
  const columns = outside.filter((name) => name !== null);
  if (columns.length < outside.length)
    return failed(
      KEY,
      `the table is partitioned by an expression, so that ${shown} cannot be unique in it`,
      'Partition it by columns of the key: PostgreSQL has no unique index across such partitions.',
    );
  return failed(
    KEY,
    `the table is partitioned by ${columns.join(', ')}, which is not in the key: ${shown} cannot be unique in it`,
    `Add ${columns.join(', ')} to the key of the definition, where a record always has the same; or partition the table by columns of the key.`,
  );
}
