import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { DeadLetter } from '../../src/dead-letter/write-dead-letter.ts';
import { inBatches, runScenario } from './support/scenario.ts';

test('10. SQS refuses everything for 5 s', () =>
  runScenario({
    recovers: 'deadLetters',
    fault: async ({ sqsProxy }) => {
      sqsProxy.fault.status = 503;
      await sleep(5000);
      sqsProxy.fault.status = undefined;
    },
  }));

test('10. SQS refuses everything for 5 s, while the mapping reads no responses', () =>
  runScenario({
    recovers: 'deadLetters',
    env: () => ({ PARTIAL_BATCH_RESPONSE: 'disabled' }),
    fault: async ({ sqsProxy }) => {
      sqsProxy.fault.status = 503;
      await sleep(5000);
      sqsProxy.fault.status = undefined;
    },
  }));

test('10. SQS refuses one entry of three, each three times, in calls that succeed', () => {
  const refusals = new Map<string, number>();
  return runScenario({
    batches: (samples) => inBatches(samples, 4000),
    prepare: async ({ sqsProxy }) => {
      sqsProxy.fault.refuses = (body) => {
        const { id }: DeadLetter = JSON.parse(body);
        const count = refusals.get(id) ?? 0;
        refusals.set(id, count + 1);
        return id.endsWith('5') && count < 3;
      };
    },
    check: async (_, { repeatedDeadLetters, failedInvocations }) => {
      expect(Math.max(...refusals.values())).toBe(4);
      // Retried in place, and only what was refused.
      expect(repeatedDeadLetters).toBe(0);
      expect(failedInvocations).toBe(0);
      return undefined;
    },
  });
});

test('10. SQS accepts dead letters but answers later than the invocation may last, for 5 s', () =>
  runScenario({
    recovers: 'deadLetters',
    mapping: { timeoutMs: 3000 },
    fault: async ({ sqsProxy }) => {
      sqsProxy.fault.delayMs = 4000;
      await sleep(5000);
      sqsProxy.fault.delayMs = undefined;
    },
  }));
