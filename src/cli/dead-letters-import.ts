import { importMessages, progressFileOf } from '../dead-letter-tools/files/import.ts';
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

Sends the messages of an exported file to the queue. After every 100 messages it writes its progress to
FILE.progress: run an interrupted import again to finish it; after a complete one, import sends nothing. After a
crash it can send up to 100 messages twice; replay recognises such duplicates. Remove FILE.progress to send all
messages again.

${COMMON_HELP}

Environment: DEAD_LETTER_QUEUE_URL and the variables of the AWS SDK.

Exit code: 0 when all messages were sent, 1 when something fails or the last line is incomplete, 2 for a wrong
command line, 130 after a signal.`;

/** `kafka-pg-sink dead-letters import`: sends the messages of a file to the queue. */
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
  let sentSoFar = 0;
  const { before, sent, incomplete } = await withQueue(queueUrl, leaseSeconds, ({ queue }) =>
    withProgress(
      display,
      () => `${formatCount(sentSoFar)} messages sent`,
      () =>
        importMessages(
          file,
          queueUrl,
          queue,
          (count) => {
            sentSoFar = count;
          },
          signal,
        ),
    ),
  );
  if (values.json) console.log(toJson({ file, before, sent, incomplete }));
  else if (sent === 0 && before > 0)
    console.log(
      `Nothing to send: all of ${file} was sent before (${counted(before, 'message')}). Remove ${progressFileOf(file)} to send it again.`,
    );
  else
    console.log(
      `Sent from ${file}: ${counted(sent, 'message')}; sent before: ${formatCount(before)}.`,
    );
  if (incomplete)
    display.say(
      `The last line of ${file} is incomplete and was not sent: export to this file again to complete it, or fix the line.`,
    );
  if (signal.aborted) return INTERRUPTED;
  return incomplete ? 1 : 0;
};
