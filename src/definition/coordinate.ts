import { COORDINATES, type Coordinate } from '../record/table.ts';
import type { ColumnSpec } from './column.ts';
import { isMeta } from './read.ts';
import type { Source } from './sources.ts';

/** Which of a record's coordinates a column holds; null for none. What a transform makes of one is none. */
export function coordinateOf({ transform }: ColumnSpec, source: Source): Coordinate | null {
  if (!isMeta(source) || transform) return null;
  return COORDINATES.find((one) => one === source.meta) ?? null;
}
