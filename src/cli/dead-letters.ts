import { type Commands, dispatcher, listOf } from './command.ts';

/** `kafka-pg-sink dead-letters <command>`. */
const COMMANDS: Commands = new Map([
  [
    'list',
    {
      summary: 'count the dead letters by reason, message, partition, time and version',
      load: () => import('./dead-letters-list.ts'),
    },
  ],
  [
    'show',
    {
      summary: 'show dead letters in full',
      load: () => import('./dead-letters-show.ts'),
    },
  ],
  [
    'export',
    {
      summary: 'write the messages to a file, and leave them in the queue',
      load: () => import('./dead-letters-export.ts'),
    },
  ],
  [
    'import',
    {
      summary: 'send the messages of a file to the queue',
      load: () => import('./dead-letters-import.ts'),
    },
  ],
  [
    'replay',
    {
      summary: 'store the records, or send them to a topic, and delete their dead letters',
      load: () => import('./dead-letters-replay.ts'),
    },
  ],
]);

const HELP = `kafka-pg-sink dead-letters <command> [options]

Shows what is in the dead-letter queue, and replays it (docs/dead-letters.md).

${listOf(COMMANDS)}

  --help     this text; after a command, the help of that command

Environment: DEAD_LETTER_QUEUE_URL and the variables of the AWS SDK; for replay also the settings of the sink, and
KAFKA_* when it reads records from Kafka or sends them to a topic; see docs/settings.md.

Exit code: 0 when everything was done, 1 when something was not, 2 for a wrong command line, 130 after a signal.`;

/** `kafka-pg-sink dead-letters`: works with the dead-letter queue. */
export const run = dispatcher(COMMANDS, { '--help': HELP }, 'dead-letters');
