import { SQSClient } from '@aws-sdk/client-sqs';
import type { Display } from '../src/cli/display.ts';
import { summary, verdict } from './display.ts';
import { readDeadLetters } from './evidence.ts';
import { isComplete, reconcileSamples } from './reconcile-samples.ts';
import type { Stack } from './stack.ts';

/**
 * Matches every record of a run with where it ended, and says what was found.
 *
 * @param samples of each topic
 * @param figures more lines of the summary
 * @returns whether every record is accounted for
 */
export async function report(
  { topics, sampled, env }: Stack,
  samples: number,
  display: Display,
  figures: readonly (readonly [string, string])[],
): Promise<boolean> {
  const many = sampled.length > 1 ? 's' : '';
  display.say(`Matching every record of the topic${many} with the table${many} and the queue`);
  const deadLetters = await readDeadLetters(new SQSClient(), env.DEAD_LETTER_QUEUE_URL ?? '');
  const url = env.DATABASE_URL ?? '';
  const found = await reconcileSamples(url, sampled, samples, topics.read(), deadLetters);
  display.say(`\n${summary(found, sampled.length, figures)}\n\n${verdict(found)}`);
  return isComplete(found);
}
