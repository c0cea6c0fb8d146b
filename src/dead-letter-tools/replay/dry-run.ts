import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type pg from 'pg';
import type { CompiledSink } from '../../definition/compile.ts';
import { createCredentials } from '../../postgres/connection/credentials.ts';
import { createDatabase } from '../../postgres/connection/pool.ts';
import { toStoreError } from '../../postgres/connection/sqlstate.ts';
import { columnNames } from '../../postgres/identifiers.ts';
import { findInvalid, findInvalidStatement } from '../../postgres/write/find-invalid.ts';
import { findThere } from '../../postgres/write/find-there.ts';
import { beginFlush, type FlushParts } from '../../postgres/write/flush.ts';
import { insertRows, insertStatement } from '../../postgres/write/insert.ts';
import { keyOf } from '../../postgres/write/key.ts';
import { isSinkError } from '../../record/errors.ts';
import type { RecordRow } from '../../record/row.ts';
import type { Table } from '../../record/table.ts';
import type { DatabaseSettings } from '../../settings/database.ts';
import type { TombstonePolicy } from '../../settings/sink.ts';
import { decode } from '../../sink/decode.ts';
import { type Deadline, startDeadline } from '../../timing/deadline.ts';
import { refusals, type Target } from './target.ts';

const BATCH_MS = 120_000;
/** Enough for a short lock, and no more: the sink's own statements come first. */
const LOCK_TIMEOUT_MS = 2000;

/**
 * Finds out what would become of records, by storing them in a transaction that is rolled back. Nothing else shows what
 * constraints, triggers and row security do to them. A statement that stores the same rows waits until it is over.
 */
export function createDryRun(
  config: DatabaseSettings,
  compiled: Pick<CompiledSink, 'table' | 'decode'>,
  tombstones: TombstonePolicy,
): Target {
  const { table } = compiled;
  const credentials = createCredentials(config.source, () => new SecretsManagerClient());
  const written = new Set(columnNames(table));
  const database = createDatabase({ ...config, poolSize: 1 }, credentials, written);
  const key = keyOf(table);
  /** Keys of records that would be stored, so that a repeat among the dead letters is recognised too. */
  const before = new Set<string>();

  async function storeAndRollBack(
    client: pg.ClientBase,
    rows: readonly RecordRow[],
    deadline: Deadline,
  ) {
    await client.query(
      `BEGIN; SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}; SET CONSTRAINTS ALL IMMEDIATE; SAVEPOINT before`,
    );
    try {
      const flush = beginFlush(rows.length, partsOf(client, table), 1, deadline);
      flush.add(rows);
      const written = await flush.end();
      // Only now is it known whose keys are values of their columns' types.
      await client.query('ROLLBACK TO before');
      const stored = new Set(written.stored);
      const valid = rows.filter(({ record }) => stored.has(record));
      const there = await findThere(
        client,
        table,
        valid.map(({ row }) => row),
      );
      return { written, there: new Set(there.map((position) => valid[position]?.record)) };
    } finally {
      await client.query('ROLLBACK').catch(() => {});
    }
  }

  return {
    async deliver(records) {
      const { rows, rejected, passedOver } = decode(records, compiled, tombstones);
      const deadline = startDeadline(BATCH_MS);
      try {
        const { written, there } = await database.run(deadline, (client) =>
          storeAndRollBack(client, rows, deadline),
        );
        const keys = new Map(rows.map(({ record, row }) => [record, key(row)]));
        return {
          done: [
            ...passedOver.map(({ record }) => ({ record, ending: 'passed-over' as const })),
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
          refused: refusals([...rejected, ...written.rejected]),
          failed: written.failed,
        };
      } catch (error) {
        const cause = isSinkError(error) ? error : toStoreError(error);
        return {
          done: [],
          repeats: 0,
          refused: [],
          failed: records.map((record) => ({ record, cause })),
        };
      } finally {
        deadline.clear();
      }
    },
    close: () => database.end(),
  };
}

/** Stores as the sink does, within one transaction: a statement that fails is rolled back alone. */
function partsOf(client: pg.ClientBase, table: Table): FlushParts {
  const written = new Set(columnNames(table));
  const statement = insertStatement(table);
  const invalid = findInvalidStatement(table);
  async function attempt<T>(work: () => Promise<T>): Promise<T> {
    await client.query('SAVEPOINT attempt');
    try {
      const result = await work();
      await client.query('RELEASE attempt');
      return result;
    } catch (error) {
      await client.query('ROLLBACK TO attempt');
      throw toStoreError(error, written);
    }
  }
  return {
    keyOf: keyOf(table),
    offerCopy: () => null,
    insert: (rows) => attempt(() => insertRows(client, statement, rows)),
    findInvalid: (rows) => attempt(() => findInvalid(client, invalid, rows)).catch(() => []),
  };
}
