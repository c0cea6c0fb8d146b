import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { runScenario } from './support/scenario.ts';
import type { World } from './support/world.ts';

test('1. PostgreSQL is killed and comes back', () =>
  runScenario({
    fault: killForAWhile,
  }));

test('1. PostgreSQL is killed and comes back, while the mapping reads no responses', () =>
  runScenario({
    env: () => ({ PARTIAL_BATCH_RESPONSE: 'disabled' }),
    fault: killForAWhile,
    // Dead letters wait until everything else of their batch is stored.
    check: async (_, { repeatedDeadLetters }) => void expect(repeatedDeadLetters).toBe(0),
  }));

test('1. PostgreSQL is killed and comes back, while answers with failures are held back', () =>
  runScenario({
    // As the deployment has it.
    env: () => ({ FAILURE_PAUSE_MS: '4000' }),
    fault: killForAWhile,
    // Each of three partitions loses a delivery or two, where it lost twenty.
    check: async (_, { failedInvocations }) => void expect(failedInvocations).toBeLessThan(12),
  }));

test('2. PostgreSQL is frozen for 8 s', () =>
  runScenario({
    // So that invocations end during the freeze, too.
    mapping: { timeoutMs: 6000 },
    fault: async ({ postgres, query }) => {
      // A stopped postmaster starts no backend, but those that it has go on.
      const backends = await query<{ pid: number }>('SELECT pid FROM pg_stat_activity');
      const pids = [postgres.pid, ...backends.map(({ pid }) => pid)];
      for (const pid of pids) signal(pid, 'SIGSTOP');
      try {
        await sleep(8000);
      } finally {
        for (const pid of pids) signal(pid, 'SIGCONT');
      }
    },
  }));

test('3. all connections are terminated every 200 ms for 10 s', () =>
  runScenario({
    mapping: { paceMs: 300 },
    fault: async ({ terminate }) => {
      const end = performance.now() + 10_000;
      while (performance.now() < end) {
        await terminate();
        await sleep(200);
      }
    },
  }));

test('4. the connection is cut in the middle of a statement, and again before its answer', () =>
  runScenario({
    env: ({ url, tcp }) => ({ DATABASE_URL: url(tcp.port) }),
    fault: async ({ tcp, mapping }) => {
      for (const moment of ['request', 'answer', 'request', 'answer'] as const) {
        await tcp.cut(moment);
        await sleep(500);
        tcp.resume();
        await mapping.untilAnswered();
      }
    },
  }));

test.each(['request', 'answer'] as const)(
  '4. the network swallows a statement’s %s and everything after it for 5 s',
  (moment) =>
    runScenario({
      env: ({ url, tcp }) => ({ DATABASE_URL: url(tcp.port) }),
      // Longer than the statement timeout, which alone ends the wait for an answer that never comes.
      mapping: { timeoutMs: 30_000 },
      fault: async ({ tcp }) => {
        await tcp.swallow(moment);
        await sleep(5000);
        tcp.resume();
      },
    }),
);

test('5. PostgreSQL is read-only for 5 s, as after a failover', () =>
  runScenario({
    fault: async ({ query, terminate }) => {
      await query('ALTER DATABASE faults SET default_transaction_read_only = on');
      await terminate();
      await sleep(5000);
      // What is connected now stays read-only: the sink must not keep it.
      await query(
        'SET default_transaction_read_only = off; ALTER DATABASE faults RESET default_transaction_read_only',
      );
    },
  }));

test('6. PostgreSQL has no connection to spare for 5 s', () =>
  runScenario({
    mapping: { paceMs: 50 },
    fault: async (world) => {
      const hoard: pg.Client[] = [];
      await until(() => takeAllConnections(world, hoard), 'the sink to have no connection');
      const end = performance.now() + 5000;
      while (performance.now() < end) {
        await sleep(100);
        // A backend that was ending a moment ago may have left its place to the sink.
        await takeAllConnections(world, hoard);
      }
      await Promise.all(hoard.map((client) => client.end()));
    },
  }));

async function killForAWhile({ postgres }: World): Promise<void> {
  postgres.kill('SIGKILL');
  await sleep(4000);
  await postgres.restart();
}

/** Takes the connections of the sink and all that are free; returns whether it now has none. */
async function takeAllConnections(
  { url, postgres, query, terminate }: World,
  hoard: pg.Client[],
): Promise<boolean> {
  await terminate();
  for (;;) {
    const client = new pg.Client({ connectionString: url(postgres.port) });
    client.on('error', () => {});
    try {
      await client.connect();
      hoard.push(client);
    } catch {
      break;
    }
  }
  const sinks = await query(
    "SELECT FROM pg_stat_activity WHERE application_name = 'kafka-pg-sink'",
  );
  return sinks.length === 0;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // A backend may end between the list and the signal.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
