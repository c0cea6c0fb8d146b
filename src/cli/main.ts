#!/usr/bin/env node
import { isSinkError } from '../record/errors.ts';
import { VERSION } from '../version.ts';
import { type Commands, dispatcher, listOf, UsageError } from './command.ts';

/** `kafka-pg-sink <command>`. */
const COMMANDS: Commands = new Map([
  [
    'init',
    {
      summary: 'write a project for a topic and a table',
      load: () => import('./init.ts'),
    },
  ],
  [
    'consume',
    {
      summary: 'take records from Kafka to PostgreSQL, as a long-running service',
      load: () => import('./consume.ts'),
    },
  ],
  [
    'infer',
    {
      summary: 'write a definition for a table that is there',
      load: () => import('./infer.ts'),
    },
  ],
  [
    'ddl',
    {
      summary: 'write the SQL that creates the tables of the definitions',
      load: () => import('./ddl.ts'),
    },
  ],
  [
    'check',
    {
      summary: 'try messages: the rows that they become, or what is wrong with them',
      load: () => import('./check.ts'),
    },
  ],
  [
    'build',
    {
      summary: 'bundle the Lambda function',
      load: () => import('./build.ts'),
    },
  ],
  [
    'migrate',
    {
      summary: 'run the SQL migrations of a project',
      load: () => import('./migrate.ts'),
    },
  ],
  [
    'doctor',
    {
      summary: 'check a set-up, and name the remedy for what is wrong with it',
      load: () => import('./doctor.ts'),
    },
  ],
  [
    'dead-letters',
    {
      summary: 'list, show, export and replay dead letters',
      load: () => import('./dead-letters.ts'),
    },
  ],
]);

const HELP = `kafka-pg-sink <command> [options]

${listOf(COMMANDS)}

  --help     this text; behind a command, its own
  --version  the version`;

const run = dispatcher(COMMANDS, { '--help': HELP, '--version': VERSION });

async function main(args: readonly string[]): Promise<number> {
  try {
    return await run(args);
  } catch (error) {
    if (!(isSinkError(error) || error instanceof UsageError)) throw error;
    console.error(error.message);
    return error instanceof UsageError ? 2 : 1;
  }
}

// Looked at below, when all is written.
process.stdout.on('error', () => {});
const code = await main(process.argv.slice(2));
// All that matters was awaited: a connection that hangs must not keep the process. What was written goes out first.
process.stdout.write('', () => {
  const error = process.stdout.errored as NodeJS.ErrnoException | null;
  // Who closes a pipe early, as `head` does, has read what it wanted. A full disk must not look like success.
  if (error === null || error.code === 'EPIPE') process.exit(code);
  console.error(`The output could not be written (${error.code}).`);
  process.exit(1);
});
