import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import pg from 'pg';
import { IDENTITY } from '../../definition/notification.ts';
import { createCredentials } from '../../postgres/connection/credentials.ts';
import { createDatabase } from '../../postgres/connection/pool.ts';
import { toStoreError } from '../../postgres/connection/sqlstate.ts';
import { findInvalid } from '../../postgres/write/find-invalid.ts';
import { beginFlush, type FlushParts } from '../../postgres/write/flush.ts';
import { insertRows, insertStatement } from '../../postgres/write/insert.ts';
import { SinkError } from '../../record/errors.ts';
import type { RecordRow } from '../../record/row.ts';
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
 * constraints, triggers and row security do to them. A statement that stores the same ids waits until it is over.
 */
export function createDryRun(config: DatabaseSettings, tombstones: TombstonePolicy): Target {
  const credentials = createCredentials(config.source, () => new SecretsManagerClient());
  const database = createDatabase({ ...config, poolSize: 1 }, credentials);
  const insert = insertStatement(config.table);
  const table = config.table.map(pg.escapeIdentifier).join('.');
  const existing = `SELECT ${IDENTITY}::text AS id FROM ${table} WHERE ${IDENTITY} = ANY($1::uuid[])`;
  /** Ids of records that would be stored, so that a repeat among the dead letters is recognised too. */
  const before = new Set<string>();

  async function storeAndRollBack(
    client: pg.ClientBase,
    rows: readonly RecordRow[],
    deadline: Deadline,
  ) {
    await client.query(
      `BEGIN; SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}; SET CONSTRAINTS ALL IMMEDIATE`,
    );
    try {
      const ids = rows.map(({ row }) => String(row[IDENTITY]));
      const found = await client.query<{ id: string }>(existing, [ids]);
      const flush = beginFlush(rows.length, partsOf(client, insert), 1, deadline);
      flush.add(rows);
      const written = await flush.end();
      return { written, there: new Set(found.rows.map(({ id }) => id)) };
    } finally {
      await client.query('ROLLBACK').catch(() => {});
    }
  }

  return {
    async deliver(records) {
      const { rows, rejected, passedOver } = decode(records, tombstones);
      const deadline = startDeadline(BATCH_MS);
      try {
        const { written, there } = await database.run(deadline, (client) =>
          storeAndRollBack(client, rows, deadline),
        );
        const ids = new Map(rows.map(({ record, row }) => [record, String(row[IDENTITY])]));
        return {
          done: [
            ...passedOver.map(({ record }) => ({ record, ending: 'passed-over' as const })),
            ...written.stored.map((record) => {
              const id = ids.get(record) ?? '';
              const repeat = there.has(id) || before.has(id);
              before.add(id);
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
        const cause = error instanceof SinkError ? error : toStoreError(error);
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
function partsOf(client: pg.ClientBase, statement: string): FlushParts {
  async function attempt<T>(work: () => Promise<T>): Promise<T> {
    await client.query('SAVEPOINT attempt');
    try {
      const result = await work();
      await client.query('RELEASE attempt');
      return result;
    } catch (error) {
      await client.query('ROLLBACK TO attempt');
      throw toStoreError(error);
    }
  }
  return {
    offerCopy: () => null,
    insert: (rows) => attempt(() => insertRows(client, statement, rows)),
    findInvalid: (rows) => attempt(() => findInvalid(client, rows)).catch(() => []),
  };
}
