import type { DeadLetter } from '../dead-letter/write-dead-letter.ts';
import { toJson } from '../dead-letter-tools/print/json.ts';
import { printMessage, showBody } from '../dead-letter-tools/print/message.ts';
import { pretty } from '../dead-letter-tools/print/pretty.ts';
import { type Redact, redactionsOf } from '../dead-letter-tools/print/redaction.ts';
import { formatCount } from '../dead-letter-tools/print/table.ts';
import { receiveAll } from '../dead-letter-tools/queue/receive.ts';
import { withQueue } from '../dead-letter-tools/queue/session.ts';
import { type Reading, readMessage } from '../dead-letter-tools/reading/read-message.ts';
import { isSelected } from '../dead-letter-tools/reading/selection.ts';
import { type RunCommand, UsageError } from './command.ts';
import {
  COMMON,
  COMMON_HELP,
  integerOf,
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
import { loadNamedSinks, SINK_OPTION, sinkHelp } from './sink-option.ts';

const HELP = `kafka-pg-sink dead-letters show [ID] [options]

Shows dead letters in full: coordinates, key, headers and value, and what is wrong and where. ID is the record's
coordinates, such as notifications-0@42, or the id of an SQS message. The command receives messages until it has found
enough, and releases all of them. It shows the data of your users: mind who can read your screen.

  --limit N                 show at most N messages (default 1)
  --redact                  show only what columns of the definition take that are not sensitive, and mask the rest;
                            of a topic without a definition, mask everything
${sinkHelp(28)}
${SELECTING_HELP}
${COMMON_HELP}

Environment: DEAD_LETTER_QUEUE_URL and the variables of the AWS SDK.

Exit code: 0 when a message was shown, 1 when none was found or something fails, 2 for a wrong command line, 130
after a signal.`;

const MAX_SHOWN = 10_000;

/** `kafka-pg-sink dead-letters show`: prints dead letters with their data. */
export const run: RunCommand = async (args) => {
  const { values, positionals } = readArguments('dead-letters show', args, {
    limit: { type: 'string' },
    redact: { type: 'boolean' },
    ...SINK_OPTION,
    ...SELECTING,
    ...COMMON,
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const [, ...others] = positionals;
  if (others.length > 0) throw new UsageError('dead-letters show takes at most one id.');
  const selection = selectionOf(values, positionals);
  const limit = integerOf(values, 'limit', 1, MAX_SHOWN) ?? 1;
  const redact = values.redact ? redactionsOf(await loadNamedSinks(values, process.env)) : null;
  const leaseSeconds = leaseSecondsOf(values);
  const queueUrl = queueUrlOf(values, process.env);
  const display = createDisplay(process.stderr);
  const signal = interruption(display.say);
  const found: Reading[] = [];
  await withQueue(queueUrl, leaseSeconds, ({ leases }) =>
    withProgress(
      display,
      () => `${formatCount(leases.size)} messages received`,
      async () => {
        for await (const messages of receiveAll(leases, signal)) {
          const readings = messages.map(readMessage);
          found.push(...readings.filter((one) => isSelected(one, selection)));
          if (found.length >= limit) break;
        }
      },
    ),
  );
  if (signal.aborted) return INTERRUPTED;
  const shown = found.slice(0, limit);
  if (values.json) console.log(toJson(shown.map((reading) => describe(reading, redact))));
  else if (shown.length > 0)
    console.log(shown.map((reading) => printMessage(reading, redact)).join('\n\n'));
  if (shown.length === 0)
    display.say('No such message was found; messages in flight cannot be seen.');
  return shown.length > 0 ? 0 : 1;
};

/** For programs: the dead letter as it is, or with its data masked. */
function describe(reading: Reading, redact: Redact | null): unknown {
  const { kind, message } = reading;
  const head = { messageId: message.id, sentAt: new Date(message.sentAt).toISOString(), kind };
  if (kind !== 'dead-letter')
    return {
      ...head,
      body: redact ? showBody(reading, true) : message.body,
    };
  const { deadLetter, attempts } = reading;
  return { ...head, attempts, deadLetter: redact ? redacted(deadLetter, redact) : deadLetter };
}

/** The fields that hold no data, and the record masked. Leaves unknown fields out, as they may hold anything. */
function redacted(deadLetter: DeadLetter, redact: Redact): unknown {
  const { version, id, reason, message, details, valueOmitted, valueBytes, valueSha256 } =
    deadLetter;
  const { source, failedAt, sinkVersion, record } = deadLetter;
  const { topic, partition, offset, timestamp, timestampType } = record;
  return {
    ...{ version, id, reason, message, details, valueOmitted, valueBytes, valueSha256 },
    ...{ source, failedAt, sinkVersion },
    record: {
      topic,
      partition,
      offset,
      timestamp,
      timestampType,
      ...pretty(deadLetter, { redaction: redact(topic) }),
    },
  };
}
