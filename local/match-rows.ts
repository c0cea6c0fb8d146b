import { finished } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { quoteName } from '../src/postgres/identifiers.ts';
import { encodeLines } from '../src/postgres/write/copy/copy-text.ts';
import type { Table } from '../src/record/table.ts';
import { foldStatement } from './fold-states.ts';

/** A row that must be in a table, in the order of the table's columns; undefined where its default may be anything. */
export type ExpectedRow = readonly (string | null | undefined)[];

/**
 * Of a row that is not there as it was expected, what is there of its key: nothing, the same content (its record came
 * twice, say), or another record's row.
 */
type Difference = 'absent' | 'same' | 'other';

/** What the tables hold beside what was expected. */
interface Matched {
  readonly rows: number;
  /** Rows beyond the first of a key. */
  readonly doubled: number;
  /** Rows that were expected nowhere. */
  readonly wrong: number;
  /** In tables of states: expected rows in whose place there must be another one, or none. */
  readonly replaced: number;
  /** The expected rows that are not there, by number. */
  readonly differences: ReadonlyMap<number, Difference>;
}

export interface RowMatcher {
  /**
   * @param number a number of its own, in a table of states greater than those of the records before it
   * @param isTombstone whether the row must be gone from then on
   */
  expect(table: Table, number: number, row: ExpectedRow, isTombstone?: boolean): Promise<void>;
  match(): Promise<Matched>;
}

/** Rows in one COPY. */
const CHUNK = 5000;

interface Expectation {
  readonly table: Table;
  /** A temporary table with a column `c<position>` for each of the table's. */
  readonly name: string;
  lines: (string | null)[][];
}

/**
 * Compares rows with what tables hold, in PostgreSQL: only it knows what a text is as a value of a type.
 *
 * @param client must not be in a transaction; temporary tables stay in its session
 * @param tables those whose rows must all be expected
 */
export async function createRowMatcher(
  client: pg.ClientBase,
  tables: readonly Table[],
): Promise<RowMatcher> {
  const expectations = new Map(
    tables.map((table, index) => [table, { table, name: `expected_${index}`, lines: [] }]),
  ) as Map<Table, Expectation>;
  await client.query('CREATE TEMP TABLE matched (n int, part oid, at tid, exact bool, same bool)');
  for (const { table, name } of expectations.values()) {
    // Without a limit: a cast to one rounds and cuts in silence.
    const columns = table.columns.map(({ type }, position) => `c${position} ${type}`);
    await client.query(
      `CREATE TEMP TABLE ${name} (n int, absent int[], tombstone bool, ${columns.join(', ')})`,
    );
  }

  async function send(to: Expectation): Promise<void> {
    const stream = client.query(copyFrom(`COPY ${to.name} FROM STDIN`));
    const end = finished(stream);
    stream.end(encodeLines(to.lines.map((row) => ({ row }))));
    to.lines = [];
    await end;
  }

  async function countRows(name: string): Promise<number> {
    const { rows } = await client.query(`SELECT count(*)::int AS count FROM ${name}`);
    return rows[0].count;
  }

  return {
    async expect(table, number, row, isTombstone = false) {
      const to = expectations.get(table);
      if (!to) throw new RangeError(`${table.name.join('.')} is not among the tables.`);
      const absent = [...row.keys()].filter((position) => row[position] === undefined);
      const values = row.map((value) => value ?? null);
      to.lines.push([String(number), `{${absent}}`, String(isTombstone), ...values]);
      if (to.lines.length >= CHUNK) await send(to);
    },
    async match() {
      const differences = new Map<number, Difference>();
      let replaced = 0;
      for (const expectation of expectations.values()) {
        const { table, name } = expectation;
        await send(expectation);
        if (table.states) {
          const all = await countRows(name);
          await client.query(foldStatement(table, table.states, name));
          replaced += all - (await countRows(name));
        }
        await client.query(`ANALYZE ${name}; ${matchStatement(expectation)}`);
        const { rows } = await client.query(differencesStatement(expectation));
        for (const { n, difference } of rows) differences.set(n, difference);
      }
      await client.query('ANALYZE matched');
      // Two definitions can have one table.
      const distinct = new Map(tables.map((table) => [table.name.join('.'), table]));
      const counted = { rows: 0, doubled: 0, wrong: 0 };
      for (const table of distinct.values()) {
        const { rows } = await client.query(countStatement(table));
        counted.rows += rows[0].rows;
        counted.doubled += rows[0].doubled;
        counted.wrong += rows[0].wrong;
      }
      return { ...counted, replaced, differences };
    },
  };
}

/** By what the sink calls the same record: equal coordinates, or equal content. */
function matchStatement({ table, name: expected }: Expectation): string {
  const { name, columns, key, states } = table;
  const positions = [...columns.keys()];
  const column = (position: number) => pg.escapeIdentifier(columns[position]?.name ?? '');
  const equal = (position: number) => {
    // Numbers are equal whatever their zeros are; else the text says more: -0 is not 0, nor is a month 30 days.
    const cast = columns[position]?.type.startsWith('numeric') ? '' : '::text';
    const is = `t.${column(position)}${cast} IS NOT DISTINCT FROM e.c${position}${cast}`;
    return `(${is} OR ${position} = ANY(e.absent))`;
  };
  const all = (some: readonly number[]) => some.map(equal).join(' AND ') || 'true';
  const coordinates = positions.filter((position) => columns[position]?.coordinate);
  const content = positions.filter((at) => !columns[at]?.coordinate && !key.includes(at));
  const deletedAt = states?.deletedAt && pg.escapeIdentifier(states.deletedAt);
  const isMarked = deletedAt ? ` AND (t.${deletedAt} IS NOT NULL) = e.tombstone` : '';
  const isLocated = columns.some(({ coordinate }) => coordinate === 'offset');
  return `
    INSERT INTO matched
    SELECT e.n, t.tableoid, t.ctid, ${all(positions)}${isMarked},
           ${all(content)}${isLocated ? ` OR ${all(coordinates)}` : ''}
      FROM ${expected} e
      JOIN ${quoteName(name)} t ON ${key.map((at) => `t.${column(at)} = e.c${at}`).join(' AND ')}`;
}

function differencesStatement({ name }: Expectation): string {
  return `
    SELECT n, CASE WHEN bool_or(same) THEN 'same' WHEN count(at) > 0 THEN 'other' ELSE 'absent' END AS difference
      FROM ${name} LEFT JOIN matched USING (n)
     GROUP BY n
    HAVING NOT coalesce(bool_or(exact), false)`;
}

function countStatement({ name, columns, key }: Table): string {
  const names = key.map((at) => `t.${pg.escapeIdentifier(columns[at]?.name ?? '')}`);
  return `
    SELECT count(*)::int AS rows, (count(*) - count(DISTINCT (${names.join(', ')})))::int AS doubled,
           (SELECT count(*)::int FROM ${quoteName(name)} t
             WHERE NOT EXISTS (SELECT FROM matched m WHERE m.at = t.ctid AND m.part = t.tableoid AND m.exact)) AS wrong
      FROM ${quoteName(name)} t`;
}
