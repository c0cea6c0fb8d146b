import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { deleteTopic } from '../../local/kafka.ts';
import { until } from '../support/until.ts';
import { makeSamples } from './support/samples.ts';
import { createWorld } from './support/world.ts';

test.each([
  ['at once', 0],
  ['after 3 s', 3000],
])(
  'a topic that is deleted and created again %s while a consumer runs: each record of both is stored',
  async (_, awayMs) => {
    const { topic, consumer, untilRows, untilCommitted } = await createWorld();
    const { start, status, warnings, batches } = consumer();
    await start();
    const valid = () => ({ rejected: null });
    // The group's position lies within what comes later.
    await topic.produce(makeSamples(90, 0, valid));
    await untilRows(90);
    await untilCommitted();
    await deleteTopic(topic.servers, topic.name);
    await sleep(awayMs);
    await topic.create();
    await topic.produce(makeSamples(3000, 1000, valid));
    await untilRows(3090);
    await untilCommitted();
    expect(await topic.committed()).toEqual([1000, 1000, 1000]);
    expect(new Set(batches.flat().map(({ headers }) => String(headers[0]?.value))).size).toBe(3090);
    expect(warnings.length, warnings.join('\n')).toBe(1);
    expect(warnings[0]).toMatch(
      /^the topic (?:was created again|does not exist any more).*"error":"UNKNOWN_TOPIC/,
    );
    await until(() => status().trouble === null, 'the end of the trouble');
  },
);
