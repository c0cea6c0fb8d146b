import type { SinkRecord } from '../record/record.ts';
import type { OnConflict } from '../record/table.ts';
import type { Column } from './column.ts';
import type { StandardSchema } from './schema.ts';

/** Columns by name, in the order in which the sink writes them. */
export type Columns = Readonly<Record<string, Column>>;

/** Names of the columns that can be in the key: those that always have a value that the sink knows. */
type KeyColumn<C extends Columns> = {
  [Name in keyof C & string]: C[Name] extends Column<infer InKey>
    ? [InKey] extends [true]
      ? Name
      : never
    : never;
}[keyof C & string];

/** Says which topic goes into which table, and how. Plain data, but for functions. */
export interface Definition<C extends Columns = Columns> {
  /** In messages and metrics. Default: the topic. */
  readonly name?: string;
  /** A topic; or, for the consumer alone, a pattern that the whole name of a topic must match. */
  readonly topic: string | RegExp;
  /** A table's name, with its schema unless the search path has it. */
  readonly table: string;
  /**
   * Which field a column takes without `.from()`: the one of the column's name, or `tenantId` for `tenant_id`. Default:
   * `same`.
   */
  readonly fields?: 'same' | 'camelCase';
  /**
   * Which records are stored; the others are passed over. Must be pure, and no promise.
   *
   * @param value parsed as `JSON.parse` does
   */
  readonly where?: (value: unknown, record: SinkRecord) => boolean;
  readonly columns: C;
  /** Exactly the columns of one unique index: a record whose key is there already is not stored again. */
  readonly key: NoInfer<KeyColumn<C>> | readonly NoInfer<KeyColumn<C>>[];
  /** Judges the value beside the columns; what it returns is not used. Must not be asynchronous. */
  readonly schema?: StandardSchema;
  /**
   * What becomes of a record that refers to a row which is not there. It is dead-lettered, the default; or delivered again
   * until it is as old as `retryFor` says, such as `10m` (s, m, h, d), by its timestamp: its parent may come by another topic.
   * Until then it holds up its partition.
   */
  readonly foreignKeys?: 'dead-letter' | { readonly retryFor: string };
  readonly write?: Insert | Upsert<C>;
}

/** A definition whose types nobody has checked. */
export type AnyDefinition = Omit<Definition, 'key' | 'write'> & {
  readonly key: string | readonly string[];
  readonly write?: Insert | AnyUpsert;
};

interface Insert {
  readonly mode?: 'insert';
  /**
   * What becomes of another record whose key is there already: it is passed over, or dead-lettered. Default: `ignore`. To
   * tell another record from the same one that comes again, `dead-letter` needs the columns `meta.partition` and
   * `meta.offset`, and `meta.topic` where the topic is a pattern.
   */
  readonly onConflict?: OnConflict;
}

/** A table of states: each row is the newest state of its key. */
interface Upsert<C extends Columns> {
  readonly mode: 'upsert';
  /**
   * What tells a newer state from an older one: a column of the producer's, or several that are compared as a row. An older
   * state never overwrites a newer one, in whatever order they come. An offset alone is none: a topic that is created again
   * begins at 0.
   */
  readonly version: NoInfer<KeyColumn<C>> | readonly NoInfer<KeyColumn<C>>[];
  /**
   * What becomes of a record without a value: the row of its key is removed; or `deleted_at`, a column of the table that is not
   * among `columns`, is set to the time of the record; or it is dead-lettered, the default, or passed over. To delete, the
   * columns of the key and the version must be from `key()`, `header()` or `meta`.
   */
  readonly tombstones?: 'delete' | { readonly softDelete: string } | 'dead-letter' | 'ignore';
  /** What becomes of a nullable column that a message does not mention: it stays as it is, the default, or becomes NULL. */
  readonly absent?: 'keep' | 'null';
  /** Columns that a newer state overwrites, beside those of the version. Default: all but the key. */
  readonly update?: readonly NoInfer<keyof C & string>[];
}

export type AnyUpsert = Omit<Upsert<Columns>, 'version' | 'update'> & {
  readonly version: string | readonly string[];
  readonly update?: readonly string[];
};

/** Has TypeScript check a definition, and returns it as it is. */
export function defineSink<const C extends Columns>(definition: Definition<C>): Definition<C> {
  return definition;
}

/** Several definitions, of different topics. */
export function defineSinks<const All extends readonly Columns[]>(
  definitions: {
    readonly [I in keyof All]: Definition<All[I]>;
  },
): { readonly [I in keyof All]: Definition<All[I]> } {
  return definitions;
}
