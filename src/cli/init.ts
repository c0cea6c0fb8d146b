import { basename, relative, resolve } from 'node:path';
import { defaultName, defaultTable, type Names, problemOf } from '../authoring/init/names.ts';
import { type Written, writeProject } from '../authoring/init/project.ts';
import { type Ask, canAsk, onTerminal } from './ask.ts';
import { type RunCommand, UsageError } from './command.ts';
import { readArguments } from './options.ts';

const HELP = `kafka-pg-sink init [DIR] [options]

Writes a project for one topic and one table: the definition, the function, its deployment, and a test over a real
PostgreSQL. Files that are there stay as they are; a package.json gets the scripts and packages that it lacks, and
"type": "module" where no .js file is there. On a
terminal it asks for what is not given. In a project of CommonJS modules the files are .mts.

  DIR            the folder (default: this one)
  --topic TOPIC  the topic of Kafka
  --table TABLE  the table, with its schema unless the search path has it (default: as the topic); quoted for SQL and
                 for the shell where its name is not in lower case: '"Web"."Page Views"'
  --name NAME    of the project, its stack and its consumer group (default: the folder's)
  --help         this text

Exit code: 0 when the project is there, 1 when something fails, 2 for a wrong command line.`;

/** `kafka-pg-sink init`: writes a project. */
export const run: RunCommand = async (args) => {
  const { values, positionals } = readArguments('init', args, {
    topic: { type: 'string' },
    table: { type: 'string' },
    name: { type: 'string' },
    help: { type: 'boolean' },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const [folder = '.', ...others] = positionals;
  if (others.length > 0) throw new UsageError('init takes one folder.');
  if (values.topic === undefined && !canAsk())
    throw new UsageError('--topic is missing: name the topic of Kafka.');
  const names = await onTerminal((ask) =>
    chooseNames(values, basename(resolve(folder)), canAsk() ? ask : async () => ''),
  );
  console.log(describe(await writeProject(folder, names), folder, names));
  return 0;
};

/**
 * @param given by options
 * @param ask gets an empty answer where there is no terminal, which stands for the default
 */
async function chooseNames(given: Partial<Names>, folder: string, ask: Ask): Promise<Names> {
  const choose = async (option: keyof Names, question: string, fallback: string) => {
    const answer = given[option] ?? (await ask(question, fallback));
    if (answer === null) throw new UsageError('Nothing was written.');
    // An empty answer stands for the default; an empty option does not.
    const name = given[option] ?? (answer || fallback);
    const problem = problemOf[option](name);
    if (problem !== null) throw new UsageError(`--${option} ${name}: ${problem}.`);
    return name;
  };
  const topic = await choose('topic', 'Topic of Kafka', 'orders');
  return {
    topic,
    table: await choose('table', 'Table of PostgreSQL', defaultTable(topic)),
    name: await choose('name', 'Name', defaultName(folder)),
  };
}

function describe(
  { written, kept, added, definition }: Written,
  folder: string,
  names: Names,
): string {
  const { topic, table } = names;
  const path = relative('.', folder);
  return [
    ...(written.length > 0 ? [`Written: ${written.join(', ')}`] : []),
    ...(kept.length > 0 ? [`There already, and left as they were: ${kept.join(', ')}`] : []),
    ...(added.length > 0 ? [`Added to package.json: ${added.join(', ')}`] : []),
    '',
    'Next:',
    ...(path === '' ? [] : [`  cd ${quoted(path)}`]),
    '  npm install',
    '',
    'Where the table is there already, with DATABASE_URL set:',
    `  npx kafka-pg-sink infer --table ${quoted(table)} --topic ${topic} --out ${definition} --force`,
    '',
    `and where it is not, after you have written its columns into ${definition}:`,
    `  npx kafka-pg-sink ddl --out migrations/0001_create-table.sql`,
    '  npm run migrate',
    '',
    'README.md there leads on: check, test, consume, deploy.',
  ].join('\n');
}

/** For a shell. */
function quoted(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
