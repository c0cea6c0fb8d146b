import type { ColumnSpec } from '../definition/column.ts';
import type { AnyDefinition } from '../definition/define.ts';
import { DefinitionError } from '../definition/definition-error.ts';
import { tableName } from '../definition/names.ts';
import { planOf } from '../definition/plan.ts';
import { specOf } from '../definition/spec-of.ts';
import { quoted, quotedType } from '../definition/types/options.ts';
import type { Column } from '../record/table.ts';

/**
 * Writes the SQL that creates the tables of definitions, and their schemas and enums, where they are not there.
 *
 * @param definitions in which `findProblems` finds none
 * @throws {DefinitionError} that names what SQL cannot be written for: enums whose values nobody has said
 */
export function ddlOf(definitions: readonly AnyDefinition[]): string {
  const enums = new Map(definitions.flatMap(enumsOf));
  const unknown = [...enums.values()].filter((one): one is string => typeof one === 'string');
  if (unknown.length > 0) throw new DefinitionError(unknown);
  const tables = new Map(definitions.map((one) => [one.table, one]));
  const names = [...tables.keys()].map((name) => tableName(name) ?? []);
  const types = [...enums.keys()].map((name) => tableName(name) ?? []);
  const schemas = new Set(
    [...types, ...names].flatMap(([schema, table]) => (table ? [schema] : [])),
  );
  return [
    ...[...schemas].map((schema) => `CREATE SCHEMA IF NOT EXISTS ${quoted(schema ?? '')};`),
    ...[...enums].map(([name, values]) => createEnum(name, values as readonly string[])),
    ...[...tables.values()].map(createTable),
  ].join('\n\n');
}

/** The types of enums by name: their values, or why they are not known. */
function enumsOf({ columns, topic, name: named = String(topic) }: AnyDefinition) {
  return Object.entries(columns).flatMap(
    ([column, given]): [string, readonly string[] | string][] => {
      const { type, name, values } = specOf(given) as ColumnSpec & { values?: readonly string[] };
      if (type !== 'enum') return [];
      const problem = `${named}: columns.${column}: the values of ${name} must be known to create it: pgEnum('${name}', ['a value', …])`;
      return [[String(name), values ?? problem]];
    },
  );
}

function createEnum(name: string, values: readonly string[]): string {
  const list = values.map((value) => `'${value.replaceAll("'", "''")}'`).join(', ');
  const type = quotedType(name);
  // There is no CREATE TYPE IF NOT EXISTS.
  return `DO $do$ BEGIN
  IF to_regtype('${type.replaceAll("'", "''")}') IS NULL THEN
    CREATE TYPE ${type} AS ENUM (${list});
  END IF;
END $do$;`;
}

function createTable(definition: AnyDefinition): string {
  const { table } = planOf(definition);
  const leftToTable = new Set(
    Object.entries(definition.columns).flatMap(([name, column]) =>
      specOf(column)?.dbDefault ? [name] : [],
    ),
  );
  const lines = table.columns.map((column) => columnLine(column, leftToTable.has(column.name)));
  const key = table.key.map((position) => quoted(table.columns[position]?.name ?? ''));
  const { deletedAt } = table.states ?? {};
  const marks = deletedAt ? [`${quoted(deletedAt)} timestamptz`] : [];
  const all = [...lines, ...marks, `PRIMARY KEY (${key.join(', ')})`].map((line) => `  ${line}`);
  return `CREATE TABLE IF NOT EXISTS ${table.name.map(quoted).join('.')} (\n${all.join(',\n')}\n);`;
}

/** @param leftToTable whether records may leave it to a default, which the definition does not know: NULL then */
function columnLine({ name, type, limit, nullable }: Column, leftToTable: boolean): string {
  const isNullable = nullable || leftToTable;
  return `${quoted(name)} ${limited(type, limit)}${isNullable ? '' : ' NOT NULL'}`;
}

/** A limit stands between a type and the brackets of its array. */
function limited(type: string, limit: string | undefined): string {
  if (limit === undefined) return type;
  const [element = '', brackets = ''] = type.endsWith('[]') ? [type.slice(0, -2), '[]'] : [type];
  return `${element}(${limit})${brackets}`;
}
