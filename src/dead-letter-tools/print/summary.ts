import type { Summary } from '../reading/summary.ts';
import { plain } from './plain.ts';
import { counted, formatCount, table } from './table.ts';

/** Rows of each table; a last line counts the others. `--json` prints all of them. */
const MAX_ROWS = 20;

/** Prints what is in a queue, for a person. */
export function printSummary(summary: Summary): string {
  const { deadLetters, records, replayFailed, onFailure, unknownVersions, foreign } = summary;
  const paragraphs = [countsLine(summary)];
  if (deadLetters > 0) {
    const duplicates =
      deadLetters > records ? `, ${counted(deadLetters - records, 'duplicate')} among them` : '';
    const failed = replayFailed > 0 ? `; replay failed before: ${formatCount(replayFailed)}` : '';
    paragraphs.push(
      `${counted(deadLetters, 'dead letter')}${duplicates}${failed}`,
      table(
        ['count', 'reason', 'first', 'last', 'message'],
        rowsOf(summary.reasons, ({ count, reason, first, last, message }) => [
          formatCount(count),
          plain(reason),
          toSeconds(first),
          toSeconds(last),
          plain(message),
        ]),
      ),
      table(
        ['count', 'topic-partition', 'first', 'last'],
        rowsOf(summary.partitions, ({ count, partition, first, last }) => [
          formatCount(count),
          plain(partition),
          toSeconds(first),
          toSeconds(last),
        ]),
      ),
      table(
        ['count', 'sink version', 'first', 'last'],
        rowsOf(summary.versions, ({ count, sinkVersion, first, last }) => [
          formatCount(count),
          plain(sinkVersion),
          toSeconds(first),
          toSeconds(last),
        ]),
      ),
    );
  }
  if (onFailure.length > 0)
    paragraphs.push(
      `${counted(onFailure.length, 'on-failure message')} of Lambda about batches that it gave up; the records are in Kafka`,
      table(
        ['offsets', 'topic-partition', 'time', 'condition'],
        rowsOf(
          onFailure.flatMap((entry) => entry.ranges.map((range) => ({ ...entry, range }))),
          ({ range: { topic, partition, first, last }, timestamp, condition }) => [
            `${first} to ${last}`,
            `${topic}-${partition}`,
            toSeconds(plain(timestamp)),
            plain(condition),
          ],
        ),
      ),
    );
  for (const [version, count] of Object.entries(unknownVersions))
    paragraphs.push(
      `${counted(count, 'dead letter')} of version ${plain(version)}, which this sink does not know and leaves alone`,
    );
  if (foreign.length > 0)
    paragraphs.push(
      `${counted(foreign.length, 'foreign message')} (neither dead letters nor on-failure messages), left alone: ${foreign.slice(0, MAX_ROWS).join(', ')}`,
    );
  return paragraphs.join('\n\n');
}

function countsLine({ counts, received, complete }: Summary): string {
  const queue = counts
    ? `SQS counts about ${counted(counts.waiting, 'message')}, and about ${formatCount(counts.inFlight)} in flight; its counts are approximate.`
    : 'The count of SQS is not available (it needs sqs:GetQueueAttributes).';
  const more = complete ? '' : '; the queue holds more, and these tables are incomplete';
  return `${queue} Received and released: ${formatCount(received)}${more}.`;
}

function rowsOf<T>(list: readonly T[], row: (one: T) => string[]): string[][] {
  const rows = list.slice(0, MAX_ROWS).map(row);
  return list.length > MAX_ROWS
    ? [...rows, ['…', `${formatCount(list.length - MAX_ROWS)} more lines, see --json`]]
    : rows;
}

/** A time without its fraction of a second. */
function toSeconds(time: string): string {
  return time.replace(/\.\d+Z$/, 'Z');
}
