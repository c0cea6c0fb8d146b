import { type Command, type RunCommand, UsageError } from './command.ts';

/** `kafka-pg-sink dead-letters <command>`. */
const COMMANDS: ReadonlyMap<string, Command> = new Map([
  [
    'list',
    {
      summary: 'count the letters by reason, message, partition, time and version',
      load: () => import('./dead-letters-list.ts'),
    },
  ],
  [
    'show',
    {
      summary: 'show letters with all that is in them',
      load: () => import('./dead-letters-show.ts'),
    },
  ],
  [
    'export',
    {
      summary: 'write letters to a file, and leave them in the queue',
      load: () => import('./dead-letters-export.ts'),
    },
  ],
  [
    'import',
    {
      summary: 'send the letters of a file to the queue',
      load: () => import('./dead-letters-import.ts'),
    },
  ],
  [
    'replay',
    {
      summary: 'store the records of letters, or send them to a topic, and delete the letters',
      load: () => import('./dead-letters-replay.ts'),
    },
  ],
]);

const HELP = `kafka-pg-sink dead-letters <command> [options]

Looks into the dead-letter queue, and puts back what is in it (docs/dead-letters.md).

${[...COMMANDS].map(([name, { summary }]) => `  ${name.padEnd(10)}${summary}`).join('\n')}

  --help     this text; behind a command, its own

Environment: DEAD_LETTER_QUEUE_URL and the variables of the AWS SDK; for replay the settings of the sink, see
docs/settings.md, and when records are fetched from Kafka or sent to it, the KAFKA_* settings too.

Exit code: 0 when all was done, 1 when something was not, 2 for a wrong command line, 130 after a signal.`;

/** `kafka-pg-sink dead-letters`: works with the dead-letter queue. */
export const run: RunCommand = async ([name = '', ...args]) => {
  if (name === '--help') {
    console.log(HELP);
    return 0;
  }
  const command = COMMANDS.get(name);
  if (!command) {
    const words = `must be one of ${[...COMMANDS.keys()].join(', ')}, --help.`;
    throw new UsageError(
      name === ''
        ? `The command of dead-letters is missing: ${words}`
        : `The command dead-letters ${name} does not exist: ${words}`,
    );
  }
  const { run } = await command.load();
  return run(args);
};
