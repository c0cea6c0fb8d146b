import { expect, test } from 'vitest';
import { readReplay } from '../../src/cli/dead-letters-replay-options.ts';
import { questionOf } from '../../src/cli/dead-letters-replay-question.ts';

const ENV = {
  DATABASE_URL: 'postgres://localhost/db',
  DEAD_LETTER_QUEUE_URL: 'https://sqs.eu-central-1.amazonaws.com/1/dead',
};
const STORED = 'Their records are stored in notifications, and the messages deleted.';
const PUBLISHED = 'Their records are published to the topic again, and the messages deleted.';

test.each([
  [[], 1234, `Replay about 1,234 messages in`, STORED],
  [[], null, 'Replay the messages in', STORED],
  [['--limit', '5'], 9, 'Replay at most 5 of about 9 messages in', STORED],
  [['--topic', 'a'], 9, 'Replay the selected ones of about 9 messages in', STORED],
  [['a-0@1'], 9, 'Replay the selected ones of about 9 messages in', STORED],
  [
    ['--reason', 'tombstone', '--limit', '5'],
    null,
    'Replay at most 5 of the selected ones of the messages in',
    STORED,
  ],
  [
    ['--to-topic', 'again', '--discard-missing'],
    1,
    'Replay about 1 messages in',
    `${PUBLISHED} Messages whose records Kafka has deleted are deleted too.`,
  ],
])('with %j and %s messages waiting, it claims no number that nobody knows', async (...given) => {
  const [args, waiting, begin, end] = given;
  const command = await readReplay(args, ENV);
  expect(command && questionOf(command, waiting)).toBe(
    `${begin} ${ENV.DEAD_LETTER_QUEUE_URL}? ${end}`,
  );
});
