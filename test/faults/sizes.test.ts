import { expect, test } from 'vitest';
import { COUNT, makeSamples, type Sample } from './support/records.ts';
import { inBatches, runScenario } from './support/scenario.ts';

/** Lambda's limit for an event. */
const EVENT_BYTES = 6 * 1024 * 1024;

test('16. events of 6 MB', () => {
  const body = 'ü'.repeat(750);
  const samples = makeSamples(COUNT, () => ({ fields: { body } }));
  const batches = inEvents(samples);
  return runScenario({
    samples,
    batches: () => batches,
    check: async (_, { invocations }) => {
      expect(invocations).toBe(batches.length);
      return `${batches.length} events, ${Math.max(...batches.map(({ length }) => length))} records in one`;
    },
  });
});

test('16. values of 900 KB', () => {
  const large = 'x'.repeat(900 * 1024);
  const samples = makeSamples(COUNT, (n) => {
    // Too long a body; in a field that is ignored, the same costs nothing.
    if (n === 5000) return { rejected: 'invalid_value', fields: { body: large }, asGiven: true };
    if (n === 10_000) return { rejected: null, fields: { extra: large } };
    return {};
  });
  return runScenario({
    samples,
    check: async (_, { invocations }, deadLetters) => {
      expect(invocations).toBe(COUNT / 500);
      // In base64 it is larger than SQS takes; Kafka still holds it.
      expect(deadLetters.filter(({ valueOmitted }) => valueOmitted)).toMatchObject([
        {
          record: { value: null },
          valueBytes: expect.any(Number),
          valueSha256: expect.any(String),
        },
      ]);
      return undefined;
    },
  });
});

test('16. 10,000 records of one partition in one event', () =>
  runScenario({
    samples: makeSamples(COUNT, (n) => ({ partition: 1, offset: n })),
    batches: (samples) => inBatches(samples, 10_000),
    check: async (_, { invocations }) => {
      expect(invocations).toBe(2);
      return undefined;
    },
  }));

/** Fills events up to Lambda's limit. */
function inEvents(samples: readonly Sample[]): Sample[][] {
  const events: Sample[][] = [];
  let room = 0;
  for (const sample of samples) {
    const bytes = JSON.stringify(sample.record).length + 1;
    const last = events.at(-1);
    if (last && bytes <= room && last.length < 10_000) {
      last.push(sample);
      room -= bytes;
    } else {
      events.push([sample]);
      // What surrounds the records takes less than this.
      room = EVENT_BYTES - 1024 - bytes;
    }
  }
  return events;
}
