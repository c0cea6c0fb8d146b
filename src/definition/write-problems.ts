import { isObject } from '../record/guards.ts';
import { ON_CONFLICT } from '../record/table.ts';
import { coordinateOf } from './coordinate.ts';
import { namesOf, sourceOf } from './names.ts';
import { unknownKeys, when } from './problem-list.ts';
import { specOf } from './spec-of.ts';
import { oneOf } from './types/options.ts';
import { upsertProblems } from './upsert-problems.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What is wrong in `write` of a definition. */
export function writeProblems(definition: Fields): string[] {
  const { write } = definition;
  if (write === undefined) return [];
  if (!isObject(write)) return ["write: must be an object, such as { mode: 'insert' }"];
  const { mode, onConflict } = write;
  if (mode === 'upsert') return upsertProblems(definition, write);
  return [
    ...unknownKeys(write, ['mode', 'onConflict']).map((problem) => `write.${problem}`),
    ...when(mode !== undefined && oneOf('insert', 'upsert')(mode), 'write.mode: $'),
    ...when(onConflict !== undefined && oneOf(...ON_CONFLICT)(onConflict), 'write.onConflict: $'),
    ...conflictProblems(definition, onConflict),
  ];
}

/** Without its coordinates, a record that comes again cannot be told from another one when its row has changed since. */
function conflictProblems({ topic, columns, fields }: Fields, onConflict: unknown): string[] {
  if (onConflict !== 'dead-letter' || !isObject(columns)) return [];
  const held = Object.entries(columns).flatMap(([name, column]) => {
    const spec = specOf(column);
    return spec ? coordinateOf(spec, sourceOf(name, spec, namesOf(fields))) : [];
  });
  const needed = ['partition', 'offset', ...(topic instanceof RegExp ? ['topic'] : [])];
  return needed
    .filter((coordinate) => !held.some((one) => one === coordinate))
    .map((one) => `write.onConflict: 'dead-letter' needs a column that is meta.${one}`);
}
