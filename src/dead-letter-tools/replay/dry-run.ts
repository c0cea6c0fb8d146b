import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { openClient } from '../../aws/client.ts';
import type { CompiledSinks } from '../../definition/sinks.ts';
import { createCredentials } from '../../postgres/connection/credentials.ts';
import { createDatabase } from '../../postgres/connection/pool.ts';
import { toStoreError } from '../../postgres/connection/sqlstate.ts';
import { nameOfRow } from '../../postgres/write/key.ts';
import { storeAndRollBack } from '../../postgres/write/store-and-roll-back.ts';
import { isSinkError } from '../../record/errors.ts';
import type { DatabaseSettings } from '../../settings/database.ts';
import type { TombstonePolicy } from '../../settings/sink.ts';
import { decode } from '../../sink/decode.ts';
import { startDeadline } from '../../timing/deadline.ts';
import { othersOf, passedOverBy, staleOf, type Target } from './target.ts';

const BATCH_MS = 120_000;

/**
 * Finds out what would become of records, by storing them in a transaction that is rolled back. Nothing else shows what
 * constraints, triggers and row security do to them. A statement that stores the same rows waits until it is over.
 */
export function createDryRun(
  config: DatabaseSettings,
  sinkOf: CompiledSinks['sinkOf'],
  tombstones: TombstonePolicy,
): Target {
  const credentials = createCredentials(config.source, () => openClient(SecretsManagerClient));
  const database = createDatabase({ ...config, poolSize: 1 }, credentials);
  /** Keys of records that would be stored, so that a repeat among the dead letters is recognised too. */
  const before = new Set<string>();

  return {
    async deliver(records) {
      const { rows, ...others } = decode(records, sinkOf, tombstones);
      const deadline = startDeadline(BATCH_MS);
      try {
        const { written, there, changes } = await database.run(deadline, (connection) =>
          storeAndRollBack(connection, rows, deadline),
        );
        // In a table of states, another record of a key is another state.
        const once = rows.filter(({ table }) => !table.states);
        const keys = new Map(once.map((one) => [one.record, nameOfRow(one)]));
        return {
          done: [
            ...passedOverBy(others),
            ...staleOf(written),
            ...written.stored.map((record) => {
              const own = keys.get(record);
              const row = changes.get(record);
              const repeat = own !== undefined && (there.has(record) || before.has(own));
              if (own !== undefined) before.add(own);
              return {
                record,
                ending: repeat ? ('already-there' as const) : ('stored' as const),
                ...(row && { row }),
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
