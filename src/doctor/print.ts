import { styleText } from 'node:util';
import type { Check, Status } from './check.ts';

/** How many checks ended in each way. */
export type Summary = Readonly<Record<Status, number>>;

const COLOURS = {
  passed: 'green',
  warned: 'yellow',
  failed: 'red',
  skipped: 'dim',
} as const satisfies Record<Status, string>;

/** Of the longest name and the longest status. Lines are printed one by one, so they cannot be measured before. */
const NAME_WIDTH = 'database credentials'.length;
const STATUS_WIDTH = 'skipped'.length;
const INDENT = ' '.repeat(NAME_WIDTH + STATUS_WIDTH + 4);

/**
 * A line for a person, with the remedy below it.
 *
 * @param stream decides about colours: none where it is not a terminal, or NO_COLOR is set
 */
export function formatCheck(
  { name, status, detail, remedy }: Check,
  stream: NodeJS.WriteStream,
): string {
  const word = styleText(COLOURS[status], status.padEnd(STATUS_WIDTH), { stream });
  const line = `${name.padEnd(NAME_WIDTH)}  ${word}  ${detail}`;
  if (remedy === null) return line;
  return `${line}\n${INDENT}→ ${remedy.replaceAll('\n', `\n${INDENT}  `)}`;
}

export function summarize(checks: readonly Check[]): Summary {
  const count = (status: Status) => checks.filter((check) => check.status === status).length;
  return {
    passed: count('passed'),
    warned: count('warned'),
    failed: count('failed'),
    skipped: count('skipped'),
  };
}

export function formatSummary(summary: Summary): string {
  return Object.entries(summary)
    .map(([status, count]) => `${count} ${status}`)
    .join(', ');
}
