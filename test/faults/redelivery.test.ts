import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { DeadLetter } from '../../src/dead-letter/write-dead-letter.ts';
import { until } from '../support/until.ts';
import { createProcess } from './support/killable-environment.ts';
import type { Sample } from './support/records.ts';
import { inBatches, runScenario } from './support/scenario.ts';

test('11. the handler’s process is killed in the middle of a batch, again and again', () =>
  runScenario({
    start: createProcess,
    fault: async ({ environment, mapping, busyBackends, lockTable, sqsProxy }) => {
      // While its statement waits. Nobody is there for the answer when PostgreSQL stores the rows.
      const unlock = await lockTable('EXCLUSIVE');
      await until(async () => (await busyBackends()) > 0, 'a statement');
      environment.kill();
      await unlock();
      await mapping.untilAcknowledged(0.3);
      // When dead letters were accepted and the answer is under way.
      sqsProxy.fault.delayMs = 300;
      const { answered } = sqsProxy;
      await until(() => sqsProxy.answered > answered, 'an answer of SQS');
      environment.kill();
      sqsProxy.fault.delayMs = undefined;
      // And at any other time.
      for (const [index, share] of [0.4, 0.5, 0.6, 0.7].entries()) {
        await mapping.untilAcknowledged(share);
        await mapping.untilInvoked();
        await sleep(5 * index);
        environment.kill();
      }
      expect(environment.processes).toBeGreaterThanOrEqual(6);
    },
  }));

test('12. every batch is delivered three times, in shuffled order, to two environments', () =>
  runScenario({
    environments: 2,
    batches: (samples) => {
      const batches = inBatches(samples);
      return shuffle([...batches, ...batches, ...batches]);
    },
    check: async (_, { failedInvocations, repeatedDeadLetters }) => {
      expect(failedInvocations).toBe(0);
      // One dead letter for each delivery of an invalid record; `id` tells that they are the same.
      expect(repeatedDeadLetters).toBe(800);
      return undefined;
    },
  }));

test.each(['named', 'from-lowest'] as const)(
  '17. the source delivers again what a partial response names, or from its lowest offset on: %s',
  (reading) => {
    const refusals = new Map<string, number>();
    return runScenario({
      mapping: { reading },
      // So large that they are stored in two chunks, of which one can fail.
      batches: (samples) => inBatches(samples, 1250),
      prepare: async ({ query, sqsProxy }) => {
        // Towards the end, some dead letters take two invocations.
        sqsProxy.fault.refuses = (body) => {
          const { id, record }: DeadLetter = JSON.parse(body);
          const count = refusals.get(id) ?? 0;
          refusals.set(id, count + 1);
          const offset = record.offset ?? 0;
          return offset % 10 === 5 && offset > 6000 && count < 6;
        };
        await query(`CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
                   $$ BEGIN IF random() < 0.85 THEN RAISE SQLSTATE '40001'; END IF; RETURN NULL; END $$`);
      },
      fault: async ({ query, mapping }) => {
        await query('CREATE TRIGGER fail BEFORE INSERT ON notifications EXECUTE FUNCTION fail()');
        await until(() => mapping.figures.failedInvocations > 5, 'failed invocations');
        await query('DROP TRIGGER fail ON notifications');
      },
      check: async (_, { failedInvocations, repeatedDeadLetters }) => {
        expect(failedInvocations).toBeGreaterThan(5);
        if (reading === 'named') expect(repeatedDeadLetters).toBe(0);
        return undefined;
      },
    });
  },
);

/** Fisher and Yates, with a generator of fixed seed: the same order in each run. */
function shuffle(batches: readonly Sample[][]): Sample[][] {
  const shuffled = [...batches];
  let seed = 42;
  for (let last = shuffled.length - 1; last > 0; last -= 1) {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    const other = seed % (last + 1);
    const [a, b] = [shuffled[last], shuffled[other]] as [Sample[], Sample[]];
    [shuffled[last], shuffled[other]] = [b, a];
  }
  return shuffled;
}
