import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { expect, test } from 'vitest';
import type { Coordinates } from '../../local/reconcile.ts';
import { REJECTION_REASONS } from '../../src/record/fates.ts';
import { until } from '../support/until.ts';
import type { Mapping } from './support/mapping.ts';
import { COUNT, makeSamples, rejectionOf } from './support/records.ts';
import { inBatches, runScenario } from './support/scenario.ts';
import { ROLE, type World } from './support/world.ts';

test('7. the disk is full for 5 s', () =>
  runScenario({
    prepare: ({ query }) =>
      query(`CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN RAISE SQLSTATE '53100' USING MESSAGE = 'could not extend file'; END $$`),
    fault: async ({ query }) => {
      await query(
        'CREATE TRIGGER full_disk AFTER INSERT ON notifications EXECUTE FUNCTION full_disk()',
      );
      await sleep(5000);
      await query('DROP TRIGGER full_disk ON notifications');
    },
  }));

test('7. another session holds a lock for 5 s, and waits for it time out', () =>
  runScenario({
    prepare: ({ query }) => query(`ALTER ROLE ${ROLE} SET lock_timeout = '200ms'`),
    fault: async ({ lockTable }) => {
      const unlock = await lockTable('EXCLUSIVE');
      await sleep(5000);
      await unlock();
    },
  }));

test('8. deadlocks with another writer of the same rows', () =>
  runScenario({
    // The sink waits first and for a shorter time, so that it is the one whose statement fails.
    prepare: ({ query }) => query(`ALTER ROLE ${ROLE} SET deadlock_timeout = '100ms'`),
    fault: (world) => competeForRows(world, 'descending'),
    check: async ({ query }) => {
      const count = await counted(query, 'deadlocks');
      expect(count).toBeGreaterThan(0);
      return `${count} deadlocks`;
    },
  }));

test('8. serialization failures with another writer of the same rows', () =>
  runScenario({
    prepare: ({ query }) =>
      query(`ALTER ROLE ${ROLE} SET default_transaction_isolation = 'serializable'`),
    fault: (world) => competeForRows(world, 'ascending'),
    check: async ({ query }) => {
      // Among them one for each record of every kind that PostgreSQL refuses.
      const count = await counted(query, 'xact_rollback');
      expect(count).toBeGreaterThan(ROUNDS);
      return undefined;
    },
  }));

test('13. the table is missing for 5 s', () =>
  runScenario({
    fault: async ({ query }) => {
      await query('ALTER TABLE notifications RENAME TO elsewhere');
      await sleep(5000);
      await query('ALTER TABLE elsewhere RENAME TO notifications');
    },
  }));

test('13. a column that the sink does not know must not be null for 5 s', () =>
  runScenario({
    fault: async ({ query }) => {
      await query(`ALTER TABLE notifications ADD COLUMN tenant int NOT NULL DEFAULT 1;
                   ALTER TABLE notifications ALTER COLUMN tenant DROP DEFAULT`);
      await sleep(5000);
      await query('ALTER TABLE notifications ALTER COLUMN tenant SET DEFAULT 1');
    },
  }));

/** The definition of the notifications passes conflicts over. */
const KINDS = REJECTION_REASONS.filter((reason) => reason !== 'key_conflict');

test('14. all kinds of invalid records, and batches of nothing else', () => {
  const samples = makeSamples(COUNT, (n) => {
    // From 10,000 to 11,000 and in the end: nothing valid for two batches, and one kind alone.
    if (n >= 10_000 && n < 11_000) return { rejected: KINDS[n % KINDS.length] ?? null };
    return { rejected: n >= COUNT - 500 ? 'rejected_by_postgres' : rejectionOf(n) };
  });
  return runScenario({
    samples,
    check: async (_, { invocations }) => {
      // Nothing fails here, so no record stalls its partition by being delivered again.
      expect(invocations).toBe(COUNT / 500);
      return undefined;
    },
  });
});

test('14. in batches of 10,000, 500 records that a CHECK constraint refuses', () =>
  runScenario({
    samples: makeSamples(COUNT, (n) =>
      n % 20 === 7
        ? { rejected: 'rejected_by_postgres', fields: { title: 'refused' }, asGiven: true }
        : { rejected: null },
    ),
    batches: (all) => inBatches(all, 10_000),
    mapping: { timeoutMs: 30_000 },
    // A sequence goes on counting where a statement is rolled back.
    prepare: ({ query }) =>
      query(`CREATE SEQUENCE statements;
             CREATE FUNCTION count_statement() RETURNS trigger SECURITY DEFINER LANGUAGE plpgsql AS
             $$ BEGIN PERFORM nextval('public.statements'); RETURN NULL; END $$;
             CREATE TRIGGER statements BEFORE INSERT ON notifications EXECUTE FUNCTION count_statement();
             ALTER TABLE notifications ADD CHECK (title <> 'refused')`),
    check: async ({ query }, { invocations }) => {
      expect(invocations).toBe(2);
      const [row] = await query<{ n: number }>('SELECT last_value::int AS n FROM statements');
      return `${row?.n} statements in 2 batches of 10,000`;
    },
  }));

/** Rounds of {@link competeForRows}. */
const ROUNDS = 10;

/**
 * Another writer, that stores the rows of a batch while the sink does: it takes some, lets the sink wait for them, takes
 * the rest, and commits or, every other round, rolls back.
 *
 * @param order of the ids; the sink's is ascending, so that descending makes a deadlock
 */
async function competeForRows(
  { admin, mapping }: World & { mapping: Mapping },
  order: 'ascending' | 'descending',
): Promise<void> {
  const rivals: Promise<void>[] = [];
  mapping.interfere(async (batch) => {
    const rows = batch
      .filter(({ row }) => row)
      .map((sample) => ({ ...sample.row, ...source(sample) }) as unknown as { id: string })
      .sort((a, b) => (a.id < b.id === (order === 'ascending') ? -1 : 1));
    const client = await admin.connect();
    await client.query('BEGIN');
    await client.query(INSERT, [JSON.stringify(rows.slice(0, 20))]);
    const end = rivals.length % 2 === 0 || order === 'ascending' ? 'COMMIT' : 'ROLLBACK';
    const rival = async () => {
      try {
        await until(() => sinkWaits(admin), 'the sink to wait for the rows', 2000);
        if (order === 'descending') await client.query(INSERT, [JSON.stringify(rows.slice(20))]);
        await client.query(end);
      } catch {
        // It was the other writer that lost.
        await client.query('ROLLBACK');
      } finally {
        client.release();
      }
    };
    rivals.push(rival());
  });
  await until(() => rivals.length > ROUNDS, 'the other writer');
  mapping.interfere(null);
  await Promise.all(rivals);
}

const INSERT = `INSERT INTO notifications SELECT batch.*, now() FROM json_to_recordset($1) AS
  batch(id uuid, user_id uuid, event_type text, title text, body text, created_at timestamptz,
        source_topic text, source_partition int, source_offset bigint)
  ON CONFLICT (id) DO NOTHING`;

function source({ topic, partition, offset }: Coordinates) {
  return { source_topic: topic, source_partition: partition, source_offset: offset };
}

async function sinkWaits(admin: pg.Pool): Promise<boolean> {
  const { rows } = await admin.query(
    "SELECT FROM pg_stat_activity WHERE application_name = 'kafka-pg-sink' AND wait_event_type = 'Lock'",
  );
  return rows.length > 0;
}

/** A figure of PostgreSQL's own, which comes up to a second late. */
async function counted(query: World['query'], column: string): Promise<number> {
  let count = 0;
  const read = async () => {
    const sql = `SELECT ${column}::int AS n FROM pg_stat_database WHERE datname = 'faults'`;
    count = (await query<{ n: number }>(sql))[0]?.n ?? 0;
    return count > 0;
  };
  await until(read, column, 5000);
  return count;
}
