import { isObject } from '../record/guards.ts';
import { type ColumnSpec, isColumn } from './column.ts';

/** The column as plain data, whether it is built by a function or read from JSON. */
export function specOf(column: unknown): ColumnSpec | null {
  const spec = isColumn(column) ? column.spec : column;
  return isObject(spec) && typeof spec.type === 'string' ? (spec as unknown as ColumnSpec) : null;
}
