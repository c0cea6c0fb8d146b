import { TOPIC_NAME } from '../record/coordinates.ts';
import { isObject } from '../record/guards.ts';
import { ON_CONFLICT } from '../record/table.ts';
import { type ColumnSpec, isColumn } from './column.ts';
import { findColumnProblems } from './column-problems.ts';
import { coordinateOf } from './coordinate.ts';
import { durationOf } from './duration.ts';
import { isIdentifier, sourceOf, tableName } from './names.ts';
import { oneOf } from './types/options.ts';

const KEYS = [
  ...['name', 'topic', 'table', 'fields', 'where', 'columns', 'key', 'schema'],
  ...['foreignKeys', 'write'],
];
/** What the design has, so that nobody believes that it does something. */
const NOT_BUILT = ['value', 'registry'];
const WRITE_KEYS = ['mode', 'onConflict'];
const WRITE_NOT_BUILT = ['version', 'tombstones'];

/**
 * Says all that is wrong in one definition, by column, with what it must be.
 *
 * @param definition whatever a file exports: TypeScript need not have seen it
 */
export function findProblems(definition: unknown): string[] {
  if (!isObject(definition)) return ['must be what defineSink() returns'];
  const { name, topic, table, fields, where, schema, write, columns, key } = definition;
  return [
    ...unknownKeys(definition, KEYS, NOT_BUILT),
    ...when(
      name !== undefined && (typeof name !== 'string' || name === ''),
      'name: must be a string that is not empty',
    ),
    ...topicProblems(topic),
    ...when(
      typeof table !== 'string' || tableName(table) === null,
      "table: must be a table's name, such as 'orders' or 'shop.orders'",
    ),
    ...when(fields !== undefined && oneOf('same', 'camelCase')(fields), 'fields: $'),
    ...when(where !== undefined && typeof where !== 'function', 'where: must be a function'),
    ...when(
      schema !== undefined && !isStandardSchema(schema),
      'schema: must be a Standard Schema, such as one of Zod, Valibot or ArkType',
    ),
    ...foreignKeyProblems(definition.foreignKeys),
    ...writeProblems(write),
    ...conflictProblems(definition),
    ...columnsProblems(columns, namesOf(fields)),
    ...keyProblems(key, isObject(columns) ? columns : {}),
  ];
}

/** The column as plain data, whether it is built by a function or read from JSON. */
export function specOf(column: unknown): ColumnSpec | null {
  const spec = isColumn(column) ? column.spec : column;
  return isObject(spec) && typeof spec.type === 'string' ? (spec as unknown as ColumnSpec) : null;
}

function topicProblems(topic: unknown): string[] {
  if (topic instanceof RegExp)
    return when(/[gy]/.test(topic.flags), 'topic: a pattern must not have the flag g or y');
  return when(
    typeof topic !== 'string' || !TOPIC_NAME.test(topic),
    'topic: must be the name of a topic, or a pattern',
  );
}

function isStandardSchema(schema: unknown): boolean {
  // A schema may be a function with properties.
  const standard = (schema as Record<string, unknown> | null)?.['~standard'];
  return isObject(standard) && typeof standard.validate === 'function';
}

function foreignKeyProblems(foreignKeys: unknown): string[] {
  if (foreignKeys === undefined || foreignKeys === 'dead-letter') return [];
  if (!isObject(foreignKeys))
    return ["foreignKeys: must be 'dead-letter', or an object such as { retryFor: '10m' }"];
  return [
    ...unknownKeys(foreignKeys, ['retryFor'], []).map((problem) => `foreignKeys.${problem}`),
    ...when(
      durationOf(foreignKeys.retryFor) === null,
      "foreignKeys.retryFor: must be a duration, such as '30s', '10m', '2h' or '1d'",
    ),
  ];
}

function writeProblems(write: unknown): string[] {
  if (write === undefined) return [];
  if (!isObject(write)) return ["write: must be an object, such as { mode: 'insert' }"];
  const { mode, onConflict } = write;
  return [
    ...unknownKeys(write, WRITE_KEYS, WRITE_NOT_BUILT).map((problem) => `write.${problem}`),
    ...(mode === 'upsert'
      ? ["write.mode: 'upsert' is not built yet; it must be 'insert'"]
      : when(mode !== undefined && oneOf('insert')(mode), 'write.mode: $')),
    ...when(onConflict !== undefined && oneOf(...ON_CONFLICT)(onConflict), 'write.onConflict: $'),
  ];
}

/** Without its coordinates, a record that comes again cannot be told from another one when its row has changed since. */
function conflictProblems({ write, topic, columns, fields }: Fields): string[] {
  if (!isObject(write) || write.onConflict !== 'dead-letter' || !isObject(columns)) return [];
  const held = Object.entries(columns).flatMap(([name, column]) => {
    const spec = specOf(column);
    return spec ? coordinateOf(spec, sourceOf(name, spec, namesOf(fields))) : [];
  });
  const needed = ['partition', 'offset', ...(topic instanceof RegExp ? ['topic'] : [])];
  return needed
    .filter((coordinate) => !held.some((one) => one === coordinate))
    .map((one) => `write.onConflict: 'dead-letter' needs a column that is meta.${one}`);
}

type Fields = Readonly<Record<string, unknown>>;

function namesOf(fields: unknown): 'same' | 'camelCase' {
  return fields === 'camelCase' ? 'camelCase' : 'same';
}

function columnsProblems(columns: unknown, fields: 'same' | 'camelCase'): string[] {
  if (!isObject(columns) || Object.keys(columns).length === 0)
    return ['columns: must be an object with at least one column'];
  const specs = Object.entries(columns).map(([name, column]) => [name, specOf(column)] as const);
  const rests = specs.filter(([, spec]) => spec?.type === 'rest');
  return [
    ...specs.flatMap(([name, spec]) => {
      const problems = spec
        ? findColumnProblems(name, spec, fields)
        : ['must be a column, such as text()'];
      const named = isIdentifier(name)
        ? problems
        : ['its name must have 1 to 63 bytes', ...problems];
      return named.map((problem) => `columns.${name}: ${problem}`);
    }),
    ...when(rests.length > 1, 'columns: rest() must be there only once'),
  ];
}

function keyProblems(key: unknown, columns: Readonly<Record<string, unknown>>): string[] {
  const names = typeof key === 'string' ? [key] : key;
  if (!Array.isArray(names) || names.length === 0)
    return ['key: must be the name of a column, or a list of them'];
  return [
    ...when(new Set(names).size < names.length, 'key: must name each column once'),
    ...names.flatMap((name) => {
      if (typeof name !== 'string' || !Object.hasOwn(columns, name))
        return `key: ${JSON.stringify(name)} must be one of the columns`;
      const spec = specOf(columns[name]);
      return when(
        spec?.nullable === true || spec?.dbDefault === true,
        `key: ${name} must always have a value: neither nullable() nor dbDefault()`,
      );
    }),
  ];
}

function unknownKeys(
  object: Readonly<Record<string, unknown>>,
  known: readonly string[],
  notBuilt: readonly string[],
): string[] {
  return Object.keys(object)
    .filter((name) => object[name] !== undefined && !known.includes(name))
    .map((name) =>
      notBuilt.includes(name)
        ? `${name}: not built yet; it must be left out`
        : `${name}: unknown; it must be one of ${known.join(', ')}`,
    );
}

/** @param found whether there is a problem, or what something must be, which takes the place of `$` */
function when(found: boolean | string | null, problem: string): string[] {
  if (found === false || found === null) return [];
  return [found === true ? problem : problem.replace('$', () => found)];
}
