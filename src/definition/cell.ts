import { errorName } from '../record/errors.ts';
import type { ColumnSpec } from './column.ts';
import { DefinitionError } from './definition-error.ts';
import { isJson, toPlain } from './exact-json.ts';
import type { Input } from './input.ts';
import { type Encode, Invalid } from './invalid.ts';
import { missingFrom } from './missing.ts';
import { stepsOf } from './path.ts';
import {
  type Form,
  isField,
  isHeader,
  isKey,
  isMeta,
  keyDocument,
  lastHeader,
  plainName,
  type Read,
  reader,
} from './read.ts';
import { sliceOf } from './slice.ts';
import { META_TYPES, type MetaSource, type Source } from './sources.ts';
import { type Options, takes, typeOf } from './types/all.ts';
import { array } from './types/array.ts';

/** @returns the value of one column: text, null for NULL, undefined to leave it to the table's default, or an issue */
export type Cell = (input: Input) => string | null | undefined | Invalid;

type Fields = Readonly<Record<string, unknown>>;

/** Writes a value that is there as text. */
type Finish = (value: unknown, input: Input) => ReturnType<Cell>;

const NULL = new Invalid('null, and the column is not nullable');
const NOT_JSON = new Invalid('not JSON');

/** Writes a column's values, elements of an array and all. */
export function encoder(spec: ColumnSpec, source: Source): Encode {
  const encode = typeOf(spec.type).encode(optionsFor(spec, source));
  return spec.array ? array(encode, spec.array) : encode;
}

/** Bytes and what Kafka says have no JSON type that could be wrong. */
function optionsFor(spec: ColumnSpec, source: Source): Options {
  const options = spec as Options;
  if (isMeta(source) && source.meta === 'timestamp')
    return { ...options, coerce: true, epoch: 'ms' };
  const typeless = isMeta(source) || isHeader(source) || (isKey(source) && source.key === null);
  return typeless ? { ...options, coerce: true } : options;
}

/** Coordinates in a column of their type need no check, and every record has them. */
const COORDINATES: Readonly<Record<string, Cell>> = {
  topic: ({ record }) => record.topic,
  partition: ({ record }) => String(record.partition),
  offset: ({ record }) => String(record.offset),
};

/** Makes the cell of a column that takes its value from a source. */
export function cellOf(spec: ColumnSpec, source: Source): Cell {
  if (isMeta(source) && spec.type === META_TYPES[source.meta] && !spec.transform && !spec.array) {
    const cell = hasLimits(spec) ? undefined : COORDINATES[source.meta];
    if (cell) return cell;
  }
  const read = reader(source, formOf(spec));
  const write = writerOf(spec, source);
  const finish = spec.transform ? changed(spec.transform as Change, write, spec, source) : write;
  const absent = whenAbsent(spec, source);
  const isNull = whenNull(spec, write);
  const name = plainName(source);
  // Most columns are these: one call less, for each value.
  if (name !== null)
    return (input) => {
      const value = (input.value as Fields)[name];
      if (value === undefined) return absent(input);
      return value === null ? isNull(input) : finish(value, input);
    };
  return (input) => {
    const value = read(input);
    if (value === undefined) return absent(input);
    if (value === null) return isNull(input);
    return value instanceof Invalid ? value : finish(value, input);
  };
}

function hasLimits({ min, max }: ColumnSpec): boolean {
  return min !== undefined || max !== undefined;
}

function formOf(spec: ColumnSpec): Form {
  if (spec.array || takes(typeOf(spec.type), spec as Options) === 'json') return 'json';
  return spec.type === 'bytea' ? 'bytes' : 'text';
}

function writerOf(spec: ColumnSpec, source: Source): Finish {
  const isWritten = spec.type === 'json' && !spec.transform && !isMeta(source);
  return isWritten ? asWritten(source) : encoder(spec, source);
}

/** For `json`: the text as it was sent. */
function asWritten(source: Source): Finish {
  return (_, input) => writtenIn(source, input);
}

function writtenIn(source: Source, input: Input): string {
  if (isField(source)) return sliceOf(input.text, stepsOf(source));
  if (isHeader(source)) return sliceOf(String(lastHeader(input.record, source.header)), []);
  const document = keyDocument(input);
  const path = isKey(source) && source.key !== null ? stepsOf(source.key) : [];
  return document === null || document instanceof Invalid ? '' : sliceOf(document.text, path);
}

type Change = (value: unknown) => unknown;

/** @param write checks what the transform returns */
function changed(transform: Change, write: Finish, spec: ColumnSpec, source: Source): Finish {
  const absent = whenAbsent(spec, source);
  const isNull = whenNull(spec, write);
  const mustBeJson = takes(typeOf(spec.type), spec as Options) === 'json';
  return (value, input) => {
    let result: unknown;
    let isWritable: boolean;
    try {
      result = transform(toPlain(value));
      isWritable = !mustBeJson || isJson(result);
    } catch (error) {
      return new Invalid(`transform threw ${errorName(error)}`);
    }
    if (result instanceof Promise) {
      result.catch(() => {});
      throw new DefinitionError([
        `transform of a column of type ${spec.type} must not be a promise`,
      ]);
    }
    if (!isWritable && result !== undefined) return NOT_JSON;
    if (typeof result === 'bigint') return write(String(result), input);
    if (result === undefined) return absent(input);
    return result === null ? isNull(input) : write(result, input);
  };
}

function whenAbsent(spec: ColumnSpec, source: Source): Cell {
  const fallback = fallbackOf(spec);
  if (fallback) return fallback;
  if (spec.dbDefault) return () => undefined;
  return spec.nullable ? () => null : missingFrom(source);
}

function whenNull(spec: ColumnSpec, write: Finish): Cell {
  if (spec.nullable) return () => null;
  return (
    fallbackOf(spec) ??
    ((input) => {
      // JSON's types take it as a value.
      const written = write(null, input);
      return written instanceof Invalid ? NULL : written;
    })
  );
}

function fallbackOf(spec: ColumnSpec): Cell | null {
  if (spec.defaultFrom) return metaCell(spec, spec.defaultFrom);
  if (spec.default === undefined) return null;
  const text = encoder(spec, [])(spec.default);
  return () => text;
}

function noUsable({ meta }: MetaSource): Invalid {
  return new Invalid(`missing, and the record has no usable ${meta}`);
}

function metaCell(spec: ColumnSpec, source: MetaSource): Cell {
  const read: Read = reader(source, 'text');
  const encode = encoder(spec, source);
  const none = spec.nullable ? null : noUsable(source);
  return (input) => {
    const value = read(input);
    return value === undefined ? none : encode(value);
  };
}
