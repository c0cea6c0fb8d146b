import type { Table } from '../../../record/table.ts';
import { quoteList } from '../../identifiers.ts';
import type { ForeignKey, Rules } from './rules.ts';
import type { Suspects } from './suspects.ts';
import { isThere } from './table-row.ts';

/** Why PostgreSQL refuses a row. */
export interface Refusal {
  readonly sqlstate: string | null;
  readonly constraint: string | null;
  /** Those that are known to be at fault. */
  readonly columns: readonly string[];
}

/** A reason to refuse a row, and when it holds. */
export interface Judgement {
  /** SQL over `r`, a row whose columns have the names and types of the table's. */
  readonly holds: string;
  readonly refusal: Refusal;
}

/**
 * What rows are judged by, in PostgreSQL's own order: NOT NULL, CHECK, and last the foreign keys, which do not ask about rows
 * that are there already.
 */
export function judgementsOf(table: Table, rules: Rules, suspects: Suspects): readonly Judgement[] {
  const isSuspect = ({ name }: { readonly name: string }) => suspects.constraints.has(name);
  return [
    ...table.columns.flatMap(({ name }, position) =>
      suspects.notNull && rules.columns[position]?.notNull
        ? [{ holds: `r.${quoteList([name])} IS NULL`, refusal: refusal('23502', null, [name]) }]
        : [],
    ),
    ...rules.checks.filter(isSuspect).map(({ name, expression }) => ({
      holds: `(${expression}) IS FALSE`,
      refusal: refusal('23514', name),
    })),
    ...rules.foreignKeys.filter(isSuspect).map((one) => ({
      holds: `${isOrphan(one)} AND NOT ${isThere(table, rules)}`,
      refusal: refusal('23503', one.name),
    })),
  ];
}

export function refusal(
  sqlstate: string | null,
  constraint: string | null,
  columns: readonly string[] = [],
): Refusal {
  return { sqlstate, constraint, columns };
}

/** With a NULL in one of several columns, a row has no parent to look for; MATCH FULL forbids that. */
function isOrphan({ parent, pairs, full }: ForeignKey): string {
  const nulls = pairs.map(({ own }) => `r.${own} IS NULL`);
  const isParent = pairs.map((pair) => `p.${pair.parent} ${pair.operator} r.${pair.own}`);
  const found = `EXISTS (SELECT FROM ${parent} AS p WHERE ${isParent.join(' AND ')})`;
  const exempt = nulls.join(full ? ' AND ' : ' OR ');
  return `NOT (${exempt} OR ${found})`;
}
