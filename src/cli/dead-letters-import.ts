import { importLetters, progressFileOf } from '../dead-letter-tools/files/import.ts';
import { toJson } from '../dead-letter-tools/print/json.ts';
import { counted, formatCount } from '../dead-letter-tools/print/table.ts';
import { withQueue } from '../dead-letter-tools/queue/session.ts';
import { type RunCommand, UsageError } from './command.ts';
import { COMMON, COMMON_HELP, leaseSecondsOf, queueUrlOf } from './dead-letters-options.ts';
import { createDisplay } from './display.ts';
import { INTERRUPTED, interruption } from './interrupt.ts';
import { readArguments } from './options.ts';
import { withProgress } from './progress.ts';

const HELP = `kafka-pg-sink dead-letters import FILE [options]

Sends the messages of an export to the queue. How far it has come is noted in FILE.progress after every 100, so
an import that was interrupted is finished by running it again, and a second one sends nothing. A crash can make
it send 100 twice: second letters of a record, which replay recognises. Remove FILE.progress to send all again.

${COMMON_HELP}

Environment: DEAD_LETTER_QUEUE_URL and the variables of the AWS SDK.

Exit code: 0 when all was sent, 1 when something fails or the last line is torn off, 2 for a wrong command line,
130 after a signal.`;

/** `kafka-pg-sink dead-letters import`: messages of a file into the queue. */
export const run: RunCommand = async (args) => {
  const { values, positionals } = readArguments('dead-letters import', args, COMMON);
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const [file, ...others] = positionals;
  if (!file || others.length > 0)
    throw new UsageError('dead-letters import needs the name of one file.');
  const leaseSeconds = leaseSecondsOf(values);
  const queueUrl = queueUrlOf(values, process.env);
  const display = createDisplay(process.stderr);
  const signal = interruption(display.say);
  let so = 0;
  const { before, sent, torn } = await withQueue(queueUrl, leaseSeconds, ({ queue }) =>
    withProgress(
      display,
      () => `${formatCount(so)} messages sent`,
      () =>
        importLetters(
          file,
          queueUrl,
          queue,
          (count) => {
            so = count;
          },
          signal,
        ),
    ),
  );
  if (values.json) console.log(toJson({ file, before, sent, torn }));
  else if (sent === 0 && before > 0)
    console.log(
      `Nothing was sent: all of ${file} was sent before (${counted(before, 'message')}). Remove ${progressFileOf(file)} to send it again.`,
    );
  else
    console.log(
      `Sent of ${file}: ${counted(sent, 'message')}; sent before: ${formatCount(before)}.`,
    );
  if (torn)
    display.say(
      `The last line of ${file} is torn off and was not sent: export again, which completes the file, or mend it.`,
    );
  if (signal.aborted) return INTERRUPTED;
  return torn ? 1 : 0;
};
