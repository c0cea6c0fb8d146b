/** A table, as the sink writes it. */
export interface Table {
  /** One or two parts, not quoted. */
  readonly name: readonly string[];
  /** Those that the sink writes, in the order of a row's values. */
  readonly columns: readonly Column[];
  /** Columns of the key, as positions among `columns`; at least one. */
  readonly key: readonly number[];
  /** What becomes of another record whose key is there already. */
  readonly onConflict: OnConflict;
  /**
   * The age up to which a record that a foreign key refuses is delivered again, in milliseconds; absent where it is
   * dead-lettered at once.
   */
  readonly retryForeignKeysMs?: number;
  /** How rows become newer; absent where a row is inserted once, and stays. */
  readonly states?: States;
}

/** A table whose rows are the newest states of their keys. */
export interface States {
  /** Columns that are compared as a row, as positions among `columns`; at least one, none of them nullable. */
  readonly version: readonly number[];
  /** Columns that a newer state overwrites, as positions: those of the version, and none of the key. */
  readonly update: readonly number[];
  /** What a record without a value does. */
  readonly tombstones: Tombstones;
  /** The column with the time of a soft delete, not quoted: NULL in a row that is not deleted. It is not among `columns`. */
  readonly deletedAt?: string;
}

/** The row is removed, or marked; or the record is dead-lettered, or passed over. */
type Tombstones = 'delete' | 'soft-delete' | 'dead-letter' | 'ignore';

/** Another record whose key is there is passed over, or dead-lettered; both are counted and logged. */
export const ON_CONFLICT = ['ignore', 'dead-letter'] as const;
export type OnConflict = (typeof ON_CONFLICT)[number];

/** A column that the sink writes. */
export interface Column {
  /** Not quoted. */
  readonly name: string;
  /**
   * The type as SQL, without length, precision or scale: a cast to `varchar(2)` cuts in silence. Quoted where it must be, so
   * `numeric`, `text[]`, `"Status"`, `shop.order_status`.
   */
  readonly type: string;
  /**
   * The length, or precision and scale, that a value has at most, as SQL writes it behind the type: `320`, `12,2`. Absent
   * where there is none.
   */
  readonly limit?: string;
  /** The values of an enum that the definition lists; absent where it lists none. */
  readonly labels?: readonly string[];
  /** Whether the sink may write NULL. */
  readonly nullable: boolean;
  /** Which of a record's coordinates it holds; absent where it holds none of them. */
  readonly coordinate?: Coordinate;
}

/** What tells a record from every other one, also of a topic that was deleted and created again. */
export const COORDINATES = ['topic', 'partition', 'offset', 'timestamp'] as const;
export type Coordinate = (typeof COORDINATES)[number];

/**
 * A row's values in the order of the table's columns: each as text that PostgreSQL reads as the column's type, or null for
 * NULL.
 */
export type Values = readonly (string | null)[];
