import { openExport } from '../dead-letter-tools/files/export.ts';
import { toJson } from '../dead-letter-tools/print/json.ts';
import { counted, formatCount } from '../dead-letter-tools/print/table.ts';
import { receiveAll } from '../dead-letter-tools/queue/receive.ts';
import { withQueue } from '../dead-letter-tools/queue/session.ts';
import { readMessage } from '../dead-letter-tools/reading/read-message.ts';
import { isSelected } from '../dead-letter-tools/reading/selection.ts';
import { type RunCommand, UsageError } from './command.ts';
import {
  COMMON,
  COMMON_HELP,
  leaseSecondsOf,
  queueUrlOf,
  SELECTING,
  SELECTING_HELP,
  selectionOf,
} from './dead-letters-options.ts';
import { createDisplay } from './display.ts';
import { INTERRUPTED, interruption } from './interrupt.ts';
import { readArguments } from './options.ts';
import { withProgress } from './progress.ts';

const HELP = `kafka-pg-sink dead-letters export FILE [options]

Writes the messages of the queue to a file, one JSON document a line, and leaves them in the queue. If the file
exists already, export adds the messages that are not in it: run an interrupted export again to finish it. The
file holds the records themselves, so only its owner may read it.

${SELECTING_HELP}
${COMMON_HELP}

Environment: DEAD_LETTER_QUEUE_URL and the variables of the AWS SDK.

Exit code: 0 when the file is complete, 1 when something fails, 2 for a wrong command line, 130 after a signal.`;

/** `kafka-pg-sink dead-letters export`: writes the queue's messages to a file. */
export const run: RunCommand = async (args) => {
  const { values, positionals } = readArguments('dead-letters export', args, {
    ...SELECTING,
    ...COMMON,
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const [file, ...others] = positionals;
  if (!file || others.length > 0)
    throw new UsageError('dead-letters export needs the name of one file.');
  const selection = selectionOf(values);
  const leaseSeconds = leaseSecondsOf(values);
  const queueUrl = queueUrlOf(values, process.env);
  const display = createDisplay(process.stderr);
  const signal = interruption(display.say);
  const target = await openExport(file);
  let complete = true;
  try {
    await withQueue(queueUrl, leaseSeconds, ({ leases }) =>
      withProgress(
        display,
        () => `${formatCount(target.added)} messages written`,
        async () => {
          for await (const messages of receiveAll(leases, signal))
            await target.write(
              messages.filter((message) => isSelected(readMessage(message), selection)),
            );
          complete = !leases.isFull;
        },
      ),
    );
  } finally {
    await target.close();
  }
  const { before, added } = target;
  if (values.json) console.log(toJson({ file, before, added, complete }));
  else
    console.log(
      `Written to ${file}: ${counted(added, 'message')}; in the file before: ${formatCount(before)}.`,
    );
  if (!complete)
    display.say(
      'The queue holds more messages than one run can receive: narrow them down by --reason, --since and --until.',
    );
  if (signal.aborted) return INTERRUPTED;
  return complete ? 0 : 1;
};
