import type { ColumnSpec } from '../../definition/column.ts';
import { digitsOf } from '../../definition/exact-json.ts';
import { stepsOf } from '../../definition/path.ts';
import { isField, isHeader, isKey } from '../../definition/read.ts';
import { setField } from '../../definition/remainder.ts';
import type { Source } from '../../definition/sources.ts';
import type { SinkRecord } from '../../record/record.ts';
import { inJson } from './values.ts';

/** What a sample has of a record: all that does not say where it lies. */
export type SampleRecord = Pick<SinkRecord, 'key' | 'value' | 'headers'>;

/** A value, and where it belongs. */
export interface Placed {
  readonly spec: ColumnSpec;
  readonly source: Source;
  readonly value: unknown;
}

/** Values by name, to any depth. A map with no other names than small numbers becomes an array. */
type Tree = Map<string, unknown>;

const INDEX = /^(?:0|[1-9]\d{0,2})$/;

/**
 * Puts values where their columns take them from. Of two for one place the first one counts; what lies within a place comes
 * before what fills it whole.
 *
 * @param noKey the key where no column takes anything from it
 */
export function recordOf(values: readonly Placed[], noKey: string): SampleRecord {
  const fields: Tree = new Map();
  const keyFields: Tree = new Map();
  let wholeKey: Buffer | null = null;
  const headers = new Map<string, Buffer>();
  for (const { spec, source, value } of values) {
    if (isField(source)) put(fields, stepsOf(source), inJson(value, spec));
    else if (isKey(source)) {
      if (source.key === null) wholeKey ??= bytesOf(value, spec);
      else put(keyFields, stepsOf(source.key), inJson(value, spec));
    } else if (isHeader(source) && !headers.has(source.header))
      headers.set(source.header, bytesOf(value, spec));
  }
  const key = keyFields.size > 0 ? jsonBytes(objectOf(keyFields)) : wholeKey;
  return {
    key: key ?? Buffer.from(noKey),
    value: jsonBytes(objectOf(fields)),
    headers: [...headers].map(([name, bytes]) => ({ name, value: bytes })),
  };
}

function put(tree: Tree, steps: readonly string[], value: unknown): void {
  const [name = '', ...below] = steps;
  const there = tree.get(name);
  if (below.length === 0) {
    if (there === undefined) tree.set(name, value);
    return;
  }
  const within: Tree = there instanceof Map ? there : new Map();
  tree.set(name, within);
  put(within, below, value);
}

function objectOf(tree: Tree): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (const [name, value] of tree) setField(object, name, treeValue(value));
  return object;
}

function treeValue(value: unknown): unknown {
  if (!(value instanceof Map)) return value;
  const names = [...value.keys()];
  if (!names.every((name) => INDEX.test(name))) return objectOf(value);
  const length = Math.max(...names.map(Number)) + 1;
  return Array.from({ length }, (_, index) => treeValue(value.get(String(index)) ?? null));
}

/** As a header or a whole key holds it: bytes, JSON, or text. */
function bytesOf(value: unknown, spec: ColumnSpec): Buffer {
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (spec.array || spec.type === 'json' || spec.type === 'jsonb') return jsonBytes(value);
  return Buffer.from(digitsOf(value) ?? String(value));
}

function jsonBytes(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
