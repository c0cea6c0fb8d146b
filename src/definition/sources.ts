import type { Path } from './path.ts';

/** Where a column's value comes from, as plain data: a path into the record's value, or something else of the record. */
export type Source = Path | KeySource | HeaderSource | MetaSource;

export interface KeySource {
  /** A path into the key, which is JSON then; null for the key as a whole. */
  readonly key: Path | null;
}

export interface HeaderSource {
  readonly header: string;
}

export interface MetaSource {
  readonly meta: MetaName;
}

/** What Kafka says of a record, and the id that follows from it. */
export type MetaName = keyof typeof META_TYPES;

/** The types of the columns that they make. */
export const META_TYPES = {
  topic: 'text',
  partition: 'integer',
  offset: 'bigint',
  timestamp: 'timestamptz',
  timestampType: 'text',
  recordId: 'uuid',
} as const;

/**
 * The record's key. Without a path it is taken as text, as bytes for `bytea`, as JSON for `json` and `jsonb`.
 *
 * @param path into a key that is JSON
 */
export function key(path?: Path): KeySource {
  return { key: path ?? null };
}

/**
 * A header of the record, the last one of that name, as Kafka's own clients take it. It is read as text, as bytes for
 * `bytea`, as JSON for `json`, `jsonb` and arrays.
 */
export function header(name: string): HeaderSource {
  return { header: name };
}
