import type { DeadLetter } from '../../dead-letter/write-dead-letter.ts';
import type { DeadLetterReading, Reading } from '../reading/read-message.ts';
import { plain } from './plain.ts';
import { pretty, type Shown, showBytes } from './pretty.ts';
import { MASK_ALL, type Redact, SHOW_ALL } from './redaction.ts';

const COLUMN = 12;

/**
 * Prints a message with everything that is in it, for a person.
 *
 * @param redact null for nothing masked
 */
export function printMessage(reading: Reading, redact: Redact | null): string {
  if (reading.kind === 'dead-letter') return printDeadLetter(reading, redact);
  const { id, sentAt } = reading.message;
  const what = {
    'on-failure': 'an on-failure message of Lambda about a batch that it gave up',
    'unknown-version': 'a dead letter of a version that this sink does not know',
    foreign: 'neither a dead letter nor an on-failure message',
  }[reading.kind];
  return [
    `message ${plain(id)}: ${what}`,
    line('sent at', new Date(sentAt).toISOString()),
    content('body', showBody(reading, redact !== null)),
  ].join('\n');
}

/** The body of a message that is no dead letter. An on-failure message holds nothing of the records themselves. */
export function showBody({ kind, message }: Reading, redacted: boolean): Shown {
  const rule = kind === 'on-failure' ? SHOW_ALL : MASK_ALL;
  return showBytes(Buffer.from(message.body), { rule: redacted ? rule : null });
}

function printDeadLetter(
  { deadLetter, attempts, message }: DeadLetterReading,
  redact: Redact | null,
): string {
  const { record, source, failedAt, sinkVersion } = deadLetter;
  const shown = pretty(deadLetter, { redaction: redact?.(record.topic) ?? null });
  return [
    `${plain(deadLetter.id)} (message ${plain(message.id)})`,
    line('reason', plain(deadLetter.reason)),
    ...whyRejected(deadLetter),
    line(
      'record',
      `topic ${orUnknown(record.topic)}, partition ${orUnknown(record.partition)}, offset ${orUnknown(record.offset)}`,
    ),
    line('timestamp', timestamp(record)),
    line('failed at', `${plain(failedAt)}, in version ${plain(sinkVersion)} of the sink`),
    line('source', orUnknown(source)),
    ...(attempts > 0 ? [line('replayed', `${attempts} times without success`)] : []),
    content('key', shown.key),
    ...shown.headers.map(({ name, value }) => content(`header ${name}`, value)),
    content('value', shown.value),
  ].join('\n');
}

/** What is wrong, and where in the value. */
function whyRejected({ message, details }: DeadLetter): string[] {
  const { sqlstate, constraint, issues } = details;
  const issueLines = issues.map(({ path, message }) =>
    line('', `at ${plain(path) || 'the value'}: ${plain(message)}`),
  );
  return [
    line('message', plain(message)),
    ...(issues.length > 1 ? issueLines : []),
    ...(sqlstate ? [line('SQLSTATE', plain(sqlstate))] : []),
    ...(constraint ? [line('constraint', plain(constraint))] : []),
  ];
}

function timestamp({ timestamp, timestampType }: DeadLetter['record']): string {
  const time = timestamp === null ? null : new Date(timestamp);
  if (time === null || Number.isNaN(time.getTime())) return 'unknown';
  return `${time.toISOString()} (${plain(timestampType ?? 'of unknown type')})`;
}

function orUnknown(value: string | number | null): string {
  return value === null ? 'unknown' : plain(String(value));
}

function line(name: string, text: string): string {
  return `  ${name.padEnd(COLUMN)}${text}`;
}

function content(name: string, { what, text }: Shown): string {
  const head = `  ${name.padEnd(COLUMN - 1)} ${what}`;
  return text === null ? head : `${head}\n${text.replace(/^/gm, '    ')}`;
}
