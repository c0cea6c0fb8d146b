import { existsSync, readFileSync } from 'node:fs';
import pg from 'pg';
import { ddlOf } from '../src/authoring/ddl.ts';
import { readLabels } from '../src/authoring/sample/read-labels.ts';
import type { AnyDefinition } from '../src/definition/define.ts';
import { DefinitionError } from '../src/definition/definition-error.ts';
import { tableName } from '../src/definition/names.ts';
import { quoteName } from '../src/postgres/identifiers.ts';
import { createTable } from './create-table.ts';
import type { SampleOptions } from './samples.ts';

/**
 * The part of a migration that is run to go up, as node-pg-migrate reads it.
 *
 * @throws Error of one line where there is no such file
 */
export function readSchema(file: string): string {
  if (!existsSync(file)) throw new Error(`--schema ${file}: no such file.`);
  return readFileSync(file, 'utf8').split(/^\s*--[\s-]*down\s+migration/im)[0] ?? '';
}

/**
 * Creates the tables of definitions: by the migrations of the project where it is the sink that ships, by SQL that is given,
 * and from the definitions where they are not there then.
 *
 * @param schema SQL; null for none
 * @throws {DefinitionError} where SQL cannot be written for a definition
 * @throws Error of one line where PostgreSQL refuses the SQL
 */
export async function createTables(
  url: string,
  definitions: readonly AnyDefinition[],
  { ships, schema }: { ships: boolean; schema: string | null },
  say: (line: string) => void,
): Promise<SampleOptions['labels']> {
  if (ships) await createTable(url, say);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    if (schema !== null) await run(client, schema, 'the SQL of --schema');
    const missing: AnyDefinition[] = [];
    for (const definition of definitions)
      if (!(await isThere(client, definition))) missing.push(definition);
    if (missing.length > 0) {
      await run(client, written(missing), 'the SQL that was written from the definition');
      say(`created from the definition: ${missing.map(({ table }) => table).join(', ')}`);
    }
    return [...(await readLabels(client, definitions))];
  } finally {
    await client.end();
  }
}

async function run(client: pg.Client, sql: string, what: string): Promise<void> {
  await client.query(sql).catch((error: Error) => {
    throw new Error(`PostgreSQL refuses ${what}: ${error.message}`);
  });
}

function written(definitions: readonly AnyDefinition[]): string {
  try {
    return ddlOf(definitions);
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    throw new DefinitionError(
      error.problems.map((problem) => `${problem}; or give the SQL that creates it by --schema`),
    );
  }
}

async function isThere(client: pg.Client, { table }: AnyDefinition): Promise<boolean> {
  const { rows } = await client.query('SELECT to_regclass($1) IS NOT NULL AS there', [
    quoteName(tableName(table) ?? []),
  ]);
  return rows[0].there;
}
