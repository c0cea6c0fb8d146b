import { TOPIC_NAME } from '../record/coordinates.ts';
import { isObject } from '../record/guards.ts';
import { findColumnProblems } from './column-problems.ts';
import { durationOf } from './duration.ts';
import { isIdentifier, namesOf, tableName } from './names.ts';
import { unknownKeys, when } from './problem-list.ts';
import { specOf } from './spec-of.ts';
import { oneOf } from './types/options.ts';
import { writeProblems } from './write-problems.ts';

const KEYS = [
  ...['name', 'topic', 'table', 'fields', 'where', 'columns', 'key', 'schema'],
  ...['foreignKeys', 'write'],
];
/** What the design has, so that nobody believes that it does something. */
const NOT_BUILT = ['value', 'registry'];

/**
 * Says all that is wrong in one definition, by column, with what it must be.
 *
 * @param definition whatever a file exports: TypeScript need not have seen it
 */
export function findProblems(definition: unknown): string[] {
  if (!isObject(definition)) return ['must be what defineSink() returns'];
  const { name, topic, table, fields, where, schema, columns, key } = definition;
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
    ...writeProblems(definition),
    ...columnsProblems(columns, namesOf(fields)),
    ...keyProblems(key, isObject(columns) ? columns : {}),
  ];
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
