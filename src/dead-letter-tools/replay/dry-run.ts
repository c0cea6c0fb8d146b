import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type pg from 'pg';
import type { CompiledSinks } from '../../definition/sinks.ts';
import { createCredentials } from '../../postgres/connection/credentials.ts';
import { createDatabase } from '../../postgres/connection/pool.ts';
import { toStoreError } from '../../postgres/connection/sqlstate.ts';
import { findThere } from '../../postgres/write/find-there.ts';
import { beginFlush, type Flushed } from '../../postgres/write/flush.ts';
import { keyOf } from '../../postgres/write/key.ts';
import { prepareTable, type Run } from '../../postgres/write/prepare-table.ts';
import { isSinkError } from '../../record/errors.ts';
import type { SinkRecord } from '../../record/record.ts';
import type { RecordRow } from '../../record/row.ts';
import type { Table } from '../../record/table.ts';
import type { DatabaseSettings } from '../../settings/database.ts';
import type { TombstonePolicy } from '../../settings/sink.ts';
import { decode } from '../../sink/decode.ts';
import { type Deadline, startDeadline } from '../../timing/deadline.ts';
import { othersOf, passedOverBy, type Target } from './target.ts';

const BATCH_MS = 120_000;
/** Enough for a short lock, and no more: the sink's own statements come first. */
const LOCK_TIMEOUT_MS = 2000;

/**
 * Finds out what would become of records, by storing them in a transaction that is rolled back. Nothing else shows what
 * constraints, triggers and row security do to them. A statement that stores the same rows waits until it is over.
 */
export function createDryRun(
  config: DatabaseSettings,
  sinkOf: CompiledSinks['sinkOf'],
  tombstones: TombstonePolicy,
): Target {
  const credentials = createCredentials(config.source, () => new SecretsManagerClient());
  const database = createDatabase({ ...config, poolSize: 1 }, credentials);
  /** Keys of records that would be stored, so that a repeat among the dead letters is recognised too. */
  const before = new Set<string>();

  return {
    async deliver(records) {
      const { rows, ...others } = decode(records, sinkOf, tombstones);
      const deadline = startDeadline(BATCH_MS);
      try {
        const { written, there } = await database.run(deadline, (client) =>
          storeAndRollBack(client, rows, deadline),
        );
        const keys = new Map(rows.map((one) => [one.record, nameOf(one)]));
        return {
          done: [
            ...passedOverBy(others),
            ...written.stored.map((record) => {
              const own = keys.get(record) ?? '';
              const repeat = there.has(record) || before.has(own);
              before.add(own);
              return {
                record,
                ending: repeat ? ('already-there' as const) : ('stored' as const),
              };
            }),
          ],
          repeats: 0,
          ...othersOf(others, written),
        };
      } catch (error) {
        const cause = isSinkError(error) ? error : toStoreError(error);
        return {
          done: [],
          repeats: 0,
          refused: [],
          left: [],
          failed: records.map((record) => ({ record, cause })),
        };
      } finally {
        deadline.clear();
      }
    },
    close: () => database.end(),
  };
}

/** @returns what would be written, and the records whose key is in the table now */
async function storeAndRollBack(
  client: pg.ClientBase,
  rows: readonly RecordRow[],
  deadline: Deadline,
): Promise<{ readonly written: Flushed; readonly there: ReadonlySet<SinkRecord> }> {
  await client.query(
    `BEGIN; SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}; SET CONSTRAINTS ALL IMMEDIATE; SAVEPOINT before`,
  );
  try {
    const run = attemptsOf(client);
    const partsOf = (table: Table) => ({
      ...prepareTable(table, run, run),
      offerCopy: () => null,
    });
    const flush = beginFlush(rows.length, partsOf, 1, deadline);
    flush.add(rows);
    const written = await flush.end();
    // Only now is it known whose keys are values of their columns' types.
    await client.query('ROLLBACK TO before');
    const stored = new Set(written.stored);
    const valid = rows.filter(({ record }) => stored.has(record));
    const there = new Set<SinkRecord>();
    for (const [table, some] of Map.groupBy(valid, (row) => row.table)) {
      const values = some.map(({ row }) => row);
      for (const position of await findThere(client, table, values))
        there.add((some[position] as RecordRow).record);
    }
    return { written, there };
  } finally {
    await client.query('ROLLBACK').catch(() => {});
  }
}

/** Runs statements one after another within one transaction: one that fails is rolled back alone. */
function attemptsOf(client: pg.ClientBase): Run {
  let last: Promise<unknown> = Promise.resolve();
  return (_, written, work) => {
    const attempt = last.then(async () => {
      await client.query('SAVEPOINT attempt');
      try {
        const result = await work(client);
        await client.query('RELEASE attempt');
        return result;
      } catch (error) {
        await client.query('ROLLBACK TO attempt');
        throw toStoreError(error, written);
      }
    });
    last = attempt.catch(() => {});
    return attempt;
  };
}

/** Rows of one key have one name. */
function nameOf({ row, table }: RecordRow): string {
  return `${table.name.join('.')} ${keyOf(table)(row)}`;
}
