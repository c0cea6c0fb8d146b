import type { DeadLetter } from '../../dead-letter/message.ts';
import type { LetterReading, Reading } from '../reading/read-message.ts';
import { plain } from './plain.ts';
import { type PrettyOptions, pretty, type Shown, showBytes } from './pretty.ts';

const COLUMN = 12;

/** A message with all that is in it, for a person. */
export function printMessage(reading: Reading, options: PrettyOptions): string {
  if (reading.kind === 'letter') return printLetter(reading, options);
  const { id, body, sentAt } = reading.message;
  const what = {
    'on-failure': 'a note of Lambda about a batch that it gave up',
    'unknown-version': 'a letter of a version that this sink does not know',
    foreign: 'neither a letter nor a note of Lambda',
  }[reading.kind];
  return [
    `message ${plain(id)}: ${what}`,
    line('sent at', new Date(sentAt).toISOString()),
    content('body', showBytes(Buffer.from(body), options)),
  ].join('\n');
}

function printLetter({ letter, attempts, message }: LetterReading, options: PrettyOptions): string {
  const { record, source, failedAt, sinkVersion } = letter;
  const shown = pretty(letter, options);
  return [
    `${plain(letter.id)} (message ${plain(message.id)})`,
    line('reason', plain(letter.reason)),
    ...wrong(letter),
    line(
      'record',
      `topic ${place(record.topic)}, partition ${place(record.partition)}, offset ${place(record.offset)}`,
    ),
    line('timestamp', timestamp(record)),
    line('failed at', `${plain(failedAt)}, in version ${plain(sinkVersion)} of the sink`),
    line('source', source === null ? 'unknown' : plain(source)),
    ...(attempts > 0 ? [line('replayed', `${attempts} times in vain`)] : []),
    content('key', shown.key),
    ...shown.headers.map(({ name, value }) => content(`header ${name}`, value)),
    content('value', shown.value),
  ].join('\n');
}

/** What is wrong, and where in the value. */
function wrong({ message, details: { sqlstate, constraint, issues } }: DeadLetter): string[] {
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
  return `${time.toISOString()} (${plain(timestampType ?? 'of no known type')})`;
}

function place(value: string | number | null): string {
  return value === null ? 'unknown' : plain(String(value));
}

function line(name: string, text: string): string {
  return `  ${name.padEnd(COLUMN)}${text}`;
}

function content(name: string, { what, text }: Shown): string {
  const head = `  ${name.padEnd(COLUMN - 1)} ${what}`;
  return text === null ? head : `${head}\n${text.replace(/^/gm, '    ')}`;
}
