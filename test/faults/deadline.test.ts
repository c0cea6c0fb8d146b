import { expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { runScenario } from './support/scenario.ts';

test('15. invocations of 1.5 s meet a locked table for 5 s', () => {
  const stoppedAfter: number[] = [];
  return runScenario({
    mapping: { timeoutMs: 1500, pauseMs: 500 },
    fault: async ({ lockTable, mapping, busyBackends }) => {
      const unlock = await lockTable('ACCESS EXCLUSIVE');
      // Its rows may have been stored just before the lock.
      await mapping.untilAnswered();
      const end = performance.now() + 5000;
      while (performance.now() < end) {
        const answer = await mapping.untilAnswered();
        const answeredAt = performance.now();
        // Every valid record was named. That the answer came in time is asserted of all scenarios.
        expect(answer?.rows).toBe(0);
        // PostgreSQL itself ends a statement whose caller could not wait; nothing is left in a transaction.
        await until(async () => (await busyBackends()) === 0, 'statements to end', 1000);
        stoppedAfter.push(performance.now() - answeredAt);
      }
      expect(stoppedAfter.length).toBeGreaterThan(1);
      await unlock();
    },
    check: async () =>
      `statements end at most ${Math.round(Math.max(...stoppedAfter))} ms after the answer`,
  });
});
