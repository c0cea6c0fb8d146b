import { toJson } from '../dead-letter-tools/print/json.ts';
import { printSummary } from '../dead-letter-tools/print/summary.ts';
import { formatCount } from '../dead-letter-tools/print/table.ts';
import { receiveAll } from '../dead-letter-tools/queue/receive.ts';
import { withQueue } from '../dead-letter-tools/queue/session.ts';
import { readMessage } from '../dead-letter-tools/reading/read-message.ts';
import { isSelected } from '../dead-letter-tools/reading/selection.ts';
import { createSummary } from '../dead-letter-tools/reading/summary.ts';
import type { RunCommand } from './command.ts';
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
import { readOptions } from './options.ts';
import { withProgress } from './progress.ts';

const HELP = `kafka-pg-sink dead-letters list [options]

Counts the dead letters by reason and message, by topic and partition, and by version of the sink, with the first
and the last time. It receives and releases every message and deletes nothing. In the meantime other readers do
not see the messages, and the receive count of each grows.

${SELECTING_HELP}
${COMMON_HELP}

Environment: DEAD_LETTER_QUEUE_URL and the variables of the AWS SDK.

Exit code: 0 when the whole queue was read, 1 when something fails, 2 for a wrong command line, 130 after a signal.`;

/** `kafka-pg-sink dead-letters list`: prints what is in the queue, without the data. */
export const run: RunCommand = async (args) => {
  const values = readOptions('dead-letters list', args, { ...SELECTING, ...COMMON });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const selection = selectionOf(values);
  const leaseSeconds = leaseSecondsOf(values);
  const queueUrl = queueUrlOf(values, process.env);
  const display = createDisplay(process.stderr);
  const signal = interruption(display.say);
  const summary = await withQueue(queueUrl, leaseSeconds, async ({ queue, leases }) => {
    const counts = await queue.count();
    const counter = createSummary();
    await withProgress(
      display,
      () => `${formatCount(leases.size)} messages received`,
      async () => {
        for await (const messages of receiveAll(leases, signal))
          for (const reading of messages.map(readMessage))
            if (isSelected(reading, selection)) counter.add(reading);
      },
    );
    return counter.end({ counts, received: leases.size, complete: !leases.isFull });
  });
  if (signal.aborted) return INTERRUPTED;
  console.log(values.json ? toJson(summary) : printSummary(summary));
  return 0;
};
