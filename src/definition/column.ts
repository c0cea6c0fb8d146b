import type { MetaSource, Source } from './sources.ts';
import type { TypeName } from './types/all.ts';

/** A column as plain data: its type, the type's options, and what follows. */
export interface ColumnSpec {
  readonly type: TypeName;
  /** Default: the field of the column's name. */
  readonly from?: Source;
  readonly nullable?: boolean;
  /** In JSON, as a record would have it. */
  readonly default?: unknown;
  readonly defaultFrom?: MetaSource;
  readonly dbDefault?: boolean;
  readonly sensitive?: boolean;
  readonly transform?: Transform;
  /** How many dimensions the array has; none or 0 for no array. */
  readonly array?: number;
  /** Options of the type. */
  readonly [option: string]: unknown;
}

/**
 * @param value as the record has it, neither absent nor null; numbers that JavaScript cannot hold exactly are strings
 * @returns what is checked as if the record had it; not a promise
 */
type Transform = (value: never) => unknown;

/**
 * A column of a definition. Each method returns another column and leaves this one as it is.
 *
 * @typeParam InKey whether it can be in the key: it always has a value that the sink knows
 */
export interface Column<InKey extends boolean = boolean> {
  readonly spec: ColumnSpec;
  /** Says for TypeScript alone what `InKey` is. */
  readonly '~inKey'?: InKey;
  /** Takes the value from elsewhere than the field of the column's name. */
  from(source: Source | MetaColumn): Column<InKey>;
  /** Takes null and absent, as NULL. */
  nullable(): Column<false>;
  /**
   * Takes the place of an absent value, and of null unless the column is nullable.
   *
   * @param value in JSON, as a record would have it, or `meta.` something
   */
  default(value: unknown): Column<InKey>;
  /** Leaves an absent value to the table's own default. */
  dbDefault(): Column<false>;
  /** Has `--redact` mask the value. */
  sensitive(): Column<InKey>;
  /** Changes the value before it is checked. Must be pure, and no promise. */
  transform(change: (value: never) => unknown): Column<InKey>;
  /** Makes it an array of the type; twice, an array of two dimensions. */
  array(): Column<InKey>;
}

/** `meta.` something: a column of its own, and a source and a default of others. */
export interface MetaColumn extends Column<true> {
  readonly spec: ColumnSpec & { readonly from: MetaSource };
}

/** Makes a column of plain data. */
export function column(spec: ColumnSpec): Column<true> {
  const withMore = (more: Partial<ColumnSpec>) => column({ ...spec, ...more }) as Column<never>;
  return Object.freeze({
    spec: Object.freeze(spec),
    from: (source: Source | MetaColumn) =>
      withMore({ from: isColumn(source) ? (source.spec.from as MetaSource) : source }),
    nullable: () => withMore({ nullable: true }),
    default: (value: unknown) =>
      withMore(
        isColumn(value) ? { defaultFrom: value.spec.from as MetaSource } : { default: value },
      ),
    dbDefault: () => withMore({ dbDefault: true }),
    sensitive: () => withMore({ sensitive: true }),
    transform: (transform: Transform) => withMore({ transform }),
    array: () => withMore({ array: (spec.array ?? 0) + 1 }),
  });
}

/** A column of another copy of this package is one too. */
export function isColumn(value: unknown): value is Column {
  return (
    typeof value === 'object' &&
    value !== null &&
    'spec' in value &&
    typeof (value as { from?: unknown }).from === 'function'
  );
}
