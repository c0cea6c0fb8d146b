import { expect, test } from 'vitest';
import { recordsOf } from '../support/fates.ts';
import { makeSamples } from './support/samples.ts';
import { createWorld } from './support/world.ts';

test.each(['before', 'after'] as const)(
  'the sink throws %s it has stored a batch: the whole batch is delivered again',
  async (moment) => {
    const { topic, consumer, reconcile } = await createWorld();
    let throws = 3;
    const { start, batches, warnings } = consumer((sink) => async (batch, deadline) => {
      if (throws === 0) return sink(batch, deadline);
      throws -= 1;
      if (moment === 'after') await sink(batch, deadline);
      throw new RangeError(`of record ${recordsOf(batch)[0]?.key}`);
    });
    await topic.produce(makeSamples(300));
    await start();
    const { repeatedDeadLetters } = await reconcile({ repeated: moment === 'after' });
    expect(throws).toBe(0);
    const sources = batches.flat().map(({ partition, offset }) => `${partition}@${offset}`);
    const times = Map.groupBy(sources, (source) => source);
    expect(times.size).toBe(300);
    expect(sources.length).toBeGreaterThan(300);
    // An error's message may quote data.
    expect(warnings.join('\n')).toContain('RangeError');
    expect(warnings.join('\n')).not.toContain('of record');
    // SQS took those dead letters, and the consumer does not know it.
    expect(repeatedDeadLetters > 0).toBe(moment === 'after');
  },
);
