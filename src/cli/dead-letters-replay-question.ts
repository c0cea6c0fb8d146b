import { formatCount } from '../dead-letter-tools/print/table.ts';
import { isNarrow } from '../dead-letter-tools/reading/selection.ts';
import type { ReplayCommand } from './dead-letters-replay-options.ts';

/**
 * What a person is asked before a replay deletes anything.
 *
 * @param waiting messages of the queue, about; null when nobody may ask
 */
export function questionOf(
  {
    queueUrl,
    destination: { to },
    sinks,
    options,
  }: Pick<ReplayCommand, 'queueUrl' | 'destination' | 'sinks' | 'options'>,
  waiting: number | null,
): string {
  const { discardMissing, transform, selection, limit } = options;
  const all = waiting === null ? 'the messages' : `about ${formatCount(waiting)} messages`;
  // How many of them are selected shows only when they are received.
  const selected = isNarrow(selection) ? `the selected ones of ${all}` : all;
  const messages = Number.isFinite(limit)
    ? `at most ${formatCount(limit)} of ${selected}`
    : selected;
  const where =
    to.kind === 'topic'
      ? `published to the topic ${to.topic}`
      : `stored in ${sinks.all.map(({ table }) => table.name.join('.')).join(', ')}`;
  return [
    `Replay ${messages} in ${queueUrl}?`,
    `Their records are ${where}, and the messages deleted.`,
    ...(transform ? ['Dead letters that the transform drops are deleted.'] : []),
    ...(discardMissing ? ['Messages whose records Kafka has deleted are deleted too.'] : []),
  ].join(' ');
}
