import type { Survey } from '../reading/summary.ts';
import { plain } from './plain.ts';
import { counted, formatCount, table } from './table.ts';

/** Rows of each table: behind them comes the number of those left out. `--json` leaves none out. */
const MAX_ROWS = 20;

/** What is in a queue, for a person. */
export function printSurvey(survey: Survey): string {
  const { letters, records, tried, onFailure, unknownVersions, foreign } = survey;
  const paragraphs = [seenLine(survey)];
  if (letters > 0) {
    const twice =
      letters > records
        ? `, ${formatCount(letters - records)} of them second ones of a record`
        : '';
    const before = tried > 0 ? `; replayed in vain before: ${formatCount(tried)}` : '';
    paragraphs.push(
      `${counted(letters, 'letter')}${twice}${before}`,
      table(
        ['letters', 'reason', 'first', 'last', 'message'],
        rowsOf(survey.reasons, ({ letters, reason, first, last, message }) => [
          formatCount(letters),
          plain(reason),
          seconds(first),
          seconds(last),
          plain(message),
        ]),
      ),
      table(
        ['letters', 'topic-partition', 'first', 'last'],
        rowsOf(survey.partitions, ({ letters, partition, first, last }) => [
          formatCount(letters),
          plain(partition),
          seconds(first),
          seconds(last),
        ]),
      ),
      table(
        ['letters', 'sink version', 'first', 'last'],
        rowsOf(survey.versions, ({ letters, sinkVersion, first, last }) => [
          formatCount(letters),
          plain(sinkVersion),
          seconds(first),
          seconds(last),
        ]),
      ),
    );
  }
  if (onFailure.length > 0)
    paragraphs.push(
      `${counted(onFailure.length, 'note')} of Lambda about batches that it gave up; the records are in Kafka`,
      table(
        ['offsets', 'topic-partition', 'time', 'condition'],
        rowsOf(
          onFailure.flatMap((notice) => notice.ranges.map((range) => ({ ...notice, range }))),
          ({ range: { topic, partition, first, last }, timestamp, condition }) => [
            `${first} to ${last}`,
            `${topic}-${partition}`,
            seconds(plain(timestamp)),
            plain(condition),
          ],
        ),
      ),
    );
  for (const [version, count] of Object.entries(unknownVersions))
    paragraphs.push(
      `${counted(count, 'letter')} of version ${plain(version)}, which this sink does not know and leaves alone`,
    );
  if (foreign.length > 0)
    paragraphs.push(
      `${counted(foreign.length, 'foreign message')}, neither letters nor notes of Lambda, left alone: ${foreign.slice(0, MAX_ROWS).join(', ')}`,
    );
  return paragraphs.join('\n\n');
}

function seenLine({ counts, seen, complete }: Survey): string {
  const told = counts
    ? `SQS counts about ${counted(counts.waiting, 'message')}, and about ${formatCount(counts.inFlight)} in other hands; its counts are approximate. `
    : 'SQS may not be asked for its count (sqs:GetQueueAttributes). ';
  const more = complete ? '' : '; there are more, and these tables are incomplete';
  return `${told}Seen, and given back: ${formatCount(seen)}${more}.`;
}

function rowsOf<T>(list: readonly T[], row: (one: T) => string[]): string[][] {
  const rows = list.slice(0, MAX_ROWS).map(row);
  return list.length > MAX_ROWS
    ? [...rows, ['…', `${formatCount(list.length - MAX_ROWS)} more lines, see --json`]]
    : rows;
}

/** A time without its fraction of a second. */
function seconds(time: string): string {
  return time.replace(/\.\d+Z$/, 'Z');
}
