import type { Table } from '../record/table.ts';
import { type Cell, cellOf } from './cell.ts';
import type { ColumnSpec } from './column.ts';
import { coordinateOf } from './coordinate.ts';
import type { AnyDefinition } from './define.ts';
import { durationOf } from './duration.ts';
import { sourceOf, tableName } from './names.ts';
import { stepsOf } from './path.ts';
import { isField, labelOf } from './read.ts';
import { type Taken, takenBy } from './remainder.ts';
import type { Source } from './sources.ts';
import { specOf } from './spec-of.ts';
import { statesOf } from './states.ts';
import { type Options, takes, typeOf } from './types/all.ts';
import { isOfValue, isWhole, restCell, wholeCell } from './whole.ts';

/** What is prepared for decoding; lists are in the order of the table's columns. */
export interface Plan {
  readonly table: Table;
  readonly cells: readonly Cell[];
  /** Whether a record without a value has nothing for the column. */
  readonly ofValue: readonly boolean[];
  /** How issues name the columns' sources. */
  readonly labels: readonly string[];
  /** Of the fields of the value that columns take. */
  readonly paths: readonly (readonly string[])[];
  /** Whether the value must be an object. */
  readonly needsObject: boolean;
  /** Whether digits of a number can matter. */
  readonly needsExact: boolean;
}

interface Entry {
  readonly name: string;
  readonly spec: ColumnSpec;
  readonly source: Source;
}

/** @param definition in which `findProblems` finds none */
export function planOf({
  columns,
  fields = 'same',
  key,
  table,
  write,
  foreignKeys,
}: AnyDefinition): Plan {
  const entries = Object.entries(columns).map(([name, column]): Entry => {
    const spec = specOf(column) as ColumnSpec;
    return { name, spec, source: sourceOf(name, spec, fields) };
  });
  const fieldEntries = entries.filter(({ spec, source }) => !isWhole(spec) && isField(source));
  const paths = fieldEntries.map(({ source }) => stepsOf(source as string));
  const taken = takenBy(paths);
  const names = entries.map(({ name }) => name);
  const positions = [key].flat().map((name) => names.indexOf(name as string));
  const isUpsert = write?.mode === 'upsert';
  const keepsAbsent = isUpsert && write.absent !== 'null';
  return {
    table: {
      name: tableName(table) ?? [],
      columns: entries.map(({ name, spec, source }) => {
        const coordinate = coordinateOf(spec, source);
        return {
          ...{ name, type: sqlType(spec), nullable: spec.nullable ?? false },
          ...limitOf(spec as Options),
          ...labelsOf(spec as Options),
          ...(coordinate && { coordinate }),
        };
      }),
      key: positions,
      onConflict: (isUpsert ? undefined : write?.onConflict) ?? 'ignore',
      ...retryOf(foreignKeys),
      ...(isUpsert ? { states: statesOf(write, names, positions) } : {}),
    },
    cells: entries.map((entry) => cellFor(keepsAbsent ? keeping(entry) : entry, taken)),
    ofValue: entries.map(({ spec, source }) => isOfValue(spec, source)),
    labels: entries.map(({ spec, source }) => (isWhole(spec) ? '' : labelOf(source))),
    paths,
    needsObject: fieldEntries.length > 0 || entries.some(({ spec }) => spec.type === 'rest'),
    needsExact: entries.some(({ spec, source }) => isField(source) && needsDigits(spec)),
  };
}

function retryOf(foreignKeys: AnyDefinition['foreignKeys']): Pick<Table, 'retryForeignKeysMs'> {
  if (typeof foreignKeys !== 'object') return {};
  return { retryForeignKeysMs: durationOf(foreignKeys.retryFor) ?? 0 };
}

/** A field that is absent leaves the column as it is; one that is null makes it NULL. */
function keeping(entry: Entry): Entry {
  return entry.spec.nullable ? { ...entry, spec: { ...entry.spec, dbDefault: true } } : entry;
}

function cellFor({ spec, source }: Entry, taken: Taken): Cell {
  if (spec.type === 'rest') return restCell(spec, taken);
  return spec.type === 'whole' ? wholeCell(spec) : cellOf(spec, source);
}

function sqlType(spec: ColumnSpec): string {
  const { sql } = typeOf(spec.type);
  const type = typeof sql === 'string' ? sql : sql(spec as Options);
  return spec.array ? `${type}[]` : type;
}

/** As SQL writes it behind the type. */
function limitOf({ length, precision, scale }: Options): { readonly limit?: string } {
  if (length !== undefined) return { limit: String(length) };
  if (precision === undefined) return {};
  return { limit: scale === undefined ? String(precision) : `${precision},${scale}` };
}

function labelsOf({ values }: Options): { readonly labels?: readonly string[] } {
  return values === undefined ? {} : { labels: values };
}

/** A transform sees large numbers. `json` takes the text as it is. */
function needsDigits(spec: ColumnSpec): boolean {
  if (spec.transform) return true;
  return spec.type !== 'json' && takes(typeOf(spec.type), spec as Options) !== 'strings';
}
