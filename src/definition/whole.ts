import type { Cell } from './cell.ts';
import type { ColumnSpec } from './column.ts';
import { Invalid } from './invalid.ts';
import { isField } from './read.ts';
import { isEmpty, remainder, setField, type Taken } from './remainder.ts';
import type { Source } from './sources.ts';
import { jsonb } from './types/json.ts';

type Fields = Readonly<Record<string, unknown>>;

/** `rest()`: the fields that no other column takes. `decode` has made sure that the value is an object. */
export function restCell(spec: ColumnSpec, taken: Taken): Cell {
  const nothing = spec.nullable ? null : '{}';
  const omits = spec.invalid === 'omit';
  return ({ value }) => {
    const left = remainder(value as Fields, taken);
    if (isEmpty(left)) return nothing;
    const text = jsonb(left);
    return omits && text instanceof Invalid ? jsonb(storableOf(left)) : text;
  };
}

/** Without the fields that jsonb cannot hold. */
function storableOf(fields: Fields): Fields {
  const storable: Record<string, unknown> = {};
  for (const name of Object.keys(fields)) {
    // A computed name makes an own property, `__proto__` too.
    const field = { [name]: fields[name] };
    if (typeof jsonb(field) === 'string') setField(storable, name, fields[name]);
  }
  return storable;
}

/** `whole()`: the value as it is, null too unless the column is nullable. */
export function wholeCell(spec: ColumnSpec): Cell {
  return ({ value }) => (value === null && spec.nullable ? null : jsonb(value));
}

/** Whether a column takes more than a field. */
export function isWhole({ type }: ColumnSpec): boolean {
  return type === 'rest' || type === 'whole';
}

/** Whether a record without a value has nothing for the column. */
export function isOfValue(spec: ColumnSpec, source: Source): boolean {
  return isWhole(spec) || isField(source);
}
