import type { StoreError } from '../../../record/errors.ts';

/** What the catalogue says of a table: all that decides beforehand whether PostgreSQL takes a row. */
export interface Rules {
  /** Another one as soon as a constraint, a trigger or a column of the table is another. */
  readonly version: string;
  /** Whether the server can say of a text whether it is a value of a type: from PostgreSQL 16 on. */
  readonly canJudgeTypes: boolean;
  /** Whether a trigger may change a row before the constraints see it. */
  readonly changesRows: boolean;
  /** Whether a trigger may change the table before the rows of a statement come to it. */
  readonly preparesTable: boolean;
  /** Whether a row that is there meets all that a new one does: no trigger behind the insert, no rule of another partition or table. */
  readonly meetsAlike: boolean;
  /** Whether a row can be refused by a rule of another table: of one behind a view, of a partition, or where a trigger writes. */
  readonly reachesOthers: boolean;
  /** Names of the table and of its parts, with their schemas, not quoted. */
  readonly tables: readonly string[];
  /** The columns that the sink writes, in its order. */
  readonly columns: readonly RuledColumn[];
  readonly checks: readonly Check[];
  readonly foreignKeys: readonly ForeignKey[];
  readonly uniques: readonly Unique[];
  readonly exclusions: readonly Pick<Constraint, 'name' | 'ofRow'>[];
  /** Whether rows can exclude each other in another way than by being equal in one of `uniques`. */
  readonly excludes: boolean;
}

export interface RuledColumn {
  /** As the catalogue writes it, with its length. */
  readonly type: string;
  /** What a text or bits of any length are compared with it as: a cast to its own length would cut them. Else its type. */
  readonly compared: string;
  /** Whether it is the definition's type, without a length. */
  readonly same: boolean;
  /**
   * What an insert casts to: the definition's type; the column's, without a length, where PostgreSQL would else make the one
   * of the other by itself.
   */
  readonly cast: string;
  /** Names of the CHECK constraints of its domain, and of those that this one is made of. */
  readonly domainChecks: readonly string[];
  /** Whether it takes any text. */
  readonly takesAll: boolean;
  readonly notNull: boolean;
  /** Name of its collation, quoted; null for that of its type. */
  readonly collation: string | null;
  /** The operator of its type's default order: that of an extension may be outside the search path. */
  readonly equal: string;
}

interface Constraint {
  readonly name: string;
  /** Those that it speaks of, not quoted. */
  readonly columns: readonly string[];
  /** Whether it can be judged by the columns that the sink writes. */
  readonly judged: boolean;
  /** Whether what it says depends on the row: on a column that the sink writes, or on one that is computed. */
  readonly ofRow: boolean;
}

interface Check extends Constraint {
  /** SQL over the names of the table's columns. */
  readonly expression: string;
}

export interface ForeignKey extends Constraint {
  /** Name of the other table, quoted. */
  readonly parent: string;
  /** The last parts of all names by which it can be written, not quoted. */
  readonly parentTables: readonly string[];
  /** `OPERATOR(…)` takes the parent's column on its left; both names are quoted. */
  readonly pairs: readonly {
    readonly own: string;
    readonly parent: string;
    readonly operator: string;
  }[];
  /** Whether NULL is taken in all of its columns or in none: MATCH FULL. */
  readonly full: boolean;
}

export interface Unique extends Constraint {
  /** SQL over the names of the table's columns. */
  readonly expressions: readonly string[];
  readonly predicate: string | null;
  readonly nullsNotDistinct: boolean;
}

/** Whether the table itself, or a part of it, has refused a row; a domain, or the code of a trigger, need not name a table. */
export const isOfTable = (
  { table }: Pick<StoreError, 'table'>,
  { tables }: Pick<Rules, 'tables'>,
): boolean => table === null || tables.includes(table);
