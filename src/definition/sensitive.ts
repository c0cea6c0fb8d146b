import type { ColumnSpec } from './column.ts';
import type { AnyDefinition } from './define.ts';
import { sourceOf } from './names.ts';
import { stepsOf } from './path.ts';
import { specOf } from './problems.ts';
import { isField, isHeader, isKey } from './read.ts';

/** What `--redact` masks: of a row, and of the record that it comes from. */
export interface Sensitive {
  /** Names of columns. */
  readonly columns: readonly string[];
  /** Paths into the value; an empty one is all of it. */
  readonly fields: readonly (readonly string[])[];
  /** Paths into the key; an empty one is all of it. */
  readonly keys: readonly (readonly string[])[];
  /** Names of headers. */
  readonly headers: readonly string[];
  /** Whether all fields of the value that no column takes are. */
  readonly rest: boolean;
}

/** @param definition in which `findProblems` finds none */
export function sensitiveOf({ columns, fields = 'same' }: AnyDefinition): Sensitive {
  const marked = Object.entries(columns)
    .map(([name, column]) => [name, specOf(column) as ColumnSpec] as const)
    .filter(([, spec]) => spec.sensitive);
  const sources = marked
    .filter(([, { type }]) => type !== 'rest' && type !== 'whole')
    .map(([name, spec]) => sourceOf(name, spec, fields));
  const whole = marked.some(([, { type }]) => type === 'whole');
  return {
    columns: marked.map(([name]) => name),
    fields: [...sources.filter(isField).map(stepsOf), ...(whole ? [[]] : [])],
    keys: sources.filter(isKey).map(({ key }) => (key === null ? [] : stepsOf(key))),
    headers: sources.filter(isHeader).map(({ header }) => header),
    rest: marked.some(([, { type }]) => type === 'rest'),
  };
}
