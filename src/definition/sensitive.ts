import type { ColumnSpec } from './column.ts';
import type { AnyDefinition } from './define.ts';
import { sourceOf } from './names.ts';
import { stepsOf } from './path.ts';
import { isField, isHeader, isKey } from './read.ts';
import { specOf } from './spec-of.ts';

/** Where columns take their values from. */
interface Places {
  /** Paths into the value; an empty one is all of it. */
  readonly fields: readonly (readonly string[])[];
  /** Paths into the key; an empty one is all of it. */
  readonly keys: readonly (readonly string[])[];
  /** Names of headers. */
  readonly headers: readonly string[];
  /** Whether all fields of the value that no column takes are among them. */
  readonly rest: boolean;
}

/** What `--redact` masks: of a row, and of the record that it comes from. */
export interface Sensitive extends Places {
  /** Names of columns. */
  readonly columns: readonly string[];
  /** The places of all other columns. What is in neither is not known to be harmless. */
  readonly shown: Places;
}

type Named = readonly [name: string, spec: ColumnSpec];

/** @param definition in which `findProblems` finds none */
export function sensitiveOf({ columns, fields = 'same' }: AnyDefinition): Sensitive {
  const all = Object.entries(columns).map(
    ([name, column]): Named => [name, specOf(column) as ColumnSpec],
  );
  const marked = all.filter(([, spec]) => spec.sensitive);
  return {
    columns: marked.map(([name]) => name),
    ...placesOf(marked, fields),
    shown: placesOf(
      all.filter(([, spec]) => !spec.sensitive),
      fields,
    ),
  };
}

function placesOf(columns: readonly Named[], fields: 'same' | 'camelCase'): Places {
  const sources = columns
    .filter(([, { type }]) => type !== 'rest' && type !== 'whole')
    .map(([name, spec]) => sourceOf(name, spec, fields));
  const whole = columns.some(([, { type }]) => type === 'whole');
  return {
    fields: [...sources.filter(isField).map(stepsOf), ...(whole ? [[]] : [])],
    keys: sources.filter(isKey).map(({ key }) => (key === null ? [] : stepsOf(key))),
    headers: sources.filter(isHeader).map(({ header }) => header),
    rest: columns.some(([, { type }]) => type === 'rest'),
  };
}
