import { extname } from 'node:path';
import { AuthoringError } from '../authoring/authoring-error.ts';
import { readCatalogue } from '../authoring/infer/catalogue.ts';
import { type DefinitionText, definitionText } from '../authoring/infer/definition-text.ts';
import { findTable } from '../authoring/infer/find-table.ts';
import { tableName } from '../definition/names.ts';
import { TOPIC_NAME } from '../record/coordinates.ts';
import { type RunCommand, UsageError } from './command.ts';
import { withDatabase } from './database.ts';
import { readOptions } from './options.ts';
import { writeOut } from './out-file.ts';

const HELP = `kafka-pg-sink infer --table TABLE [options]

Writes a definition for a table that is there: every column with its type, the key from the primary key or a unique
index. Where a person must decide, the file says so in a comment that begins with "Decide:".

  --table TABLE        the table, with its schema unless the search path has it: shop.orders
  --topic TOPIC        the topic (default: the table's name)
  --upsert-by COLUMNS  a table of states, whose rows a newer record overwrites: the columns of the version, which tell
                       newer from older, with commas between them: source_timestamp,source_offset
  --out FILE           write this file, which must not be there, instead of the standard output
  --force              with --out: replace the file where it is there
  --help               this text

Environment: the DATABASE_* settings, see docs/settings.md. The user needs no privilege on the table itself.

Exit code: 0 when the definition is written, 1 when something fails, 2 for a wrong command line.`;

/** `kafka-pg-sink infer`: writes a definition for a table. */
export const run: RunCommand = async (args) => {
  const values = readOptions('infer', args, {
    table: { type: 'string' },
    topic: { type: 'string' },
    'upsert-by': { type: 'string' },
    out: { type: 'string' },
    force: { type: 'boolean' },
    help: { type: 'boolean' },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const { table = '', out, force = false } = values;
  const name = tableName(table);
  if (name === null)
    throw new UsageError("--table needs a table's name, such as orders or shop.orders.");
  const topic = topicOf(values.topic, name);
  const version = values['upsert-by']?.split(',');
  if (version?.includes(''))
    throw new UsageError('--upsert-by needs columns, such as source_timestamp,source_offset.');
  if (out !== undefined && !EXTENSIONS.includes(extname(out)))
    throw new UsageError(`--out needs the name of a file that ends in ${EXTENSIONS.join(', ')}.`);
  if (force && out === undefined)
    throw new UsageError('--force needs --out, whose file it replaces.');

  const catalogue = await withDatabase(process.env, async (client) =>
    readCatalogue(client, await findTable(client, name)),
  );
  if (catalogue.columns.length === 0) throw new AuthoringError(`${table} has no columns.`);
  const definition = definitionText(catalogue, { topic, table }, version);
  if (out === undefined) process.stdout.write(definition.text);
  else await writeOut(out, definition.text, { force, remedy: REMEDY });
  console.error(summaryOf(definition, out));
  return 0;
};

/** The text is JavaScript too. */
const EXTENSIONS = ['.ts', '.mts', '.mjs', '.js'];
const REMEDY = 'replace it with --force, or name another file with --out';

function topicOf(topic: string | undefined, name: readonly string[]): string {
  const given = topic ?? name.at(-1) ?? '';
  if (TOPIC_NAME.test(given)) return given;
  throw new UsageError(
    topic === undefined
      ? `The topic cannot have the name of the table, ${given}: name it with --topic.`
      : `--topic ${topic}: must be the name of a topic: up to 249 letters, digits, dots, dashes and underscores.`,
  );
}

/** For the standard error: the standard output is the file. */
function summaryOf({ decisions }: DefinitionText, out: string | undefined): string {
  const written = out === undefined ? '' : `Written to ${out}. `;
  if (decisions === 0) return `${written}Nothing is left to decide.`;
  return `${written}${decisions === 1 ? '1 thing is' : `${decisions} things are`} left to decide: look for "Decide:".`;
}
