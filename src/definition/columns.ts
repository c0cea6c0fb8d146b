import { column } from './column.ts';
import type { Epoch } from './types/epoch.ts';
import type { NumericOptions } from './types/numeric.ts';

/** The types of columns, by PostgreSQL's names. Each takes no other form of a value than it says, nothing silently. */

interface Coerce {
  /** Whether to take values of other JSON types that say the same: numbers for text, `"true"` for a boolean. */
  readonly coerce?: boolean;
}

interface Length {
  /** Fewest characters, counted as PostgreSQL does: an emoji is one. Default: 0. */
  readonly min?: number;
  /** Most characters. Default: any number. */
  readonly max?: number;
}

interface Round {
  /** Whether to round what is finer than a microsecond, instead of rejecting the record. */
  readonly round?: boolean;
}

interface Time extends Round {
  /** The unit of a number since 1970; without it, the value is ISO 8601 text. */
  readonly epoch?: Epoch;
}

/** A string. */
export const text = (options: Length & Coerce = {}) => column({ type: 'text', ...options });

/** A string of at most `length` characters. A longer one is rejected, not cut. */
export const varchar = (options: { readonly length: number } & Coerce) =>
  column({ type: 'varchar', ...options });

/** A string such as `7c9e6679-7425-40de-944b-e07fc1f90ae7`, of any version, in either case. */
export const uuid = () => column({ type: 'uuid' });

/** true or false. */
export const boolean = (options: Coerce = {}) => column({ type: 'boolean', ...options });

/** A whole number of 2 bytes, or a string of digits. */
export const smallint = (options: Coerce = {}) => column({ type: 'smallint', ...options });

/** A whole number of 4 bytes, or a string of digits. */
export const integer = (options: Coerce = {}) => column({ type: 'integer', ...options });

/** A whole number of 8 bytes, or a string of digits: all of them are kept. */
export const bigint = (options: Coerce = {}) => column({ type: 'bigint', ...options });

/** A decimal number, or a string with one: all digits are kept. One with more decimals than `scale` is rejected. */
export const numeric = (options: NumericOptions = {}) => column({ type: 'numeric', ...options });

/** A number, stored as the nearest of 4 bytes. */
export const real = (options: Coerce = {}) => column({ type: 'real', ...options });

/** A number, stored as the nearest of 8 bytes. */
export const doublePrecision = (options: Coerce = {}) =>
  column({ type: 'doublePrecision', ...options });

/** ISO 8601 with an offset, such as `2025-10-22T12:34:56.789Z`; or a number since 1970, with its unit as `epoch`. */
export const timestamptz = (options: Time = {}) => column({ type: 'timestamptz', ...options });

/** ISO 8601 without an offset; or a number since 1970, with its unit as `epoch`. */
export const timestamp = (options: Time = {}) => column({ type: 'timestamp', ...options });

/** A date such as `2025-10-22`. */
export const date = () => column({ type: 'date' });

/** A time of day such as `09:30` or `09:30:00.5`. */
export const time = (options: Round = {}) => column({ type: 'time', ...options });

/** An ISO 8601 duration such as `P1DT2H`. */
export const interval = (options: Round = {}) => column({ type: 'interval', ...options });

/** Any JSON, stored as the text that was sent, with its white space and trailing zeros. */
export const json = () => column({ type: 'json' });

/** Any JSON, by value: all digits of numbers are kept. Null is NULL in a nullable column, JSON's null in any other. */
export const jsonb = () => column({ type: 'jsonb' });

/** Bytes, in a string of this encoding. Default: base64. */
export const bytea = (options: { readonly encoding?: 'base64' | 'hex' } = {}) =>
  column({ type: 'bytea', ...options });

/** An IP address, with or without the bits of its network. */
export const inet = () => column({ type: 'inet' });

/**
 * A value of an enum type of the database.
 *
 * @param name of the type, with its schema unless the search path has it
 * @param values that are taken; without them PostgreSQL decides
 */
export const pgEnum = (name: string, values?: readonly string[]) =>
  column({ type: 'enum', name, ...(values && { values }) });

/**
 * A type that has no function here. PostgreSQL decides which strings it takes.
 *
 * @param name of the type, without a length: `ltree`
 */
export const custom = (name: string, options: Coerce = {}) =>
  column({ type: 'custom', name, ...options });

/**
 * The fields of the value that no other column takes, as jsonb. An object with nothing left is left out, an array of
 * which a column takes an element stays whole.
 *
 * @param options.invalid `omit`: leaves out fields that jsonb cannot hold, instead of rejecting the record
 */
export const rest = (options: { readonly invalid?: 'omit' } = {}) =>
  column({ type: 'rest', ...options });

/** The whole value, as jsonb. */
export const whole = () => column({ type: 'whole' });
