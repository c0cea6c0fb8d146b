import type { RecordRow } from '../record/row.ts';
import type { Table } from '../record/table.ts';
import type { SinkSettings } from '../settings/sink.ts';
import { type Deadline, startDeadline } from '../timing/deadline.ts';
import { inSlices } from '../timing/slices.ts';
import { createCredentials } from './connection/credentials.ts';
import { createDatabase } from './connection/pool.ts';
import { createResilience, type ResilienceEvents } from './connection/retry-and-breaker.ts';
import { columnNames } from './identifiers.ts';
import { copyLines, copyStatement } from './write/copy.ts';
import { createCopyBackoff } from './write/copy-backoff.ts';
import { findInvalid, findInvalidStatement } from './write/find-invalid.ts';
import { beginFlush, type Flush, type Flushed, type FlushParts } from './write/flush.ts';
import { insertRows, insertStatement } from './write/insert.ts';
import { keyOf } from './write/key.ts';

/** PostgreSQL, as the sink uses it. Lives as long as the process. */
export interface Store {
  /**
   * Begins to store a batch whose rows are still being decoded.
   *
   * @param size rows at most
   */
  begin(size: number, deadline: Deadline): Flush;
  /** Stores a batch; each of its records ends in one of the lists. Never throws. */
  store(batch: readonly RecordRow[], deadline: Deadline): Promise<Flushed>;
  /**
   * Asks for a sign of life.
   *
   * @throws {StoreError | DeadlineError} when there is none within `ms`
   */
  ping(ms: number): Promise<void>;
  /** Closes the connections. */
  close(): Promise<void>;
}

/**
 * @param table that the rows are for
 * @param events observes retries and the circuit breaker
 */
export function createStore(
  config: Pick<SinkSettings, 'database' | 'retry' | 'circuitBreaker'>,
  table: Table,
  events: ResilienceEvents,
): Store {
  const { source, poolSize } = config.database;
  const credentials = createCredentials(source);
  const database = createDatabase(config.database, credentials, new Set(columnNames(table)));
  const resilience = createResilience(config.retry, config.circuitBreaker, events);
  const copy = copyStatement(table);
  const insert = insertStatement(table);
  const invalid = findInvalidStatement(table);
  const parts: FlushParts = {
    keyOf: keyOf(table),
    offerCopy: createCopyBackoff((lines, deadline) =>
      resilience(deadline, () =>
        database.run(deadline, (client) => copyLines(client, copy, lines)),
      ),
    ),
    insert: (rows, deadline) =>
      resilience(deadline, () =>
        database.run(deadline, (client) => insertRows(client, insert, rows)),
      ),
    findInvalid: (rows, deadline) =>
      database
        .run(deadline, (client) => findInvalid(client, invalid, rows))
        // Whatever the reason is, the insert that follows meets it too and decides.
        .catch(() => []),
  };
  const begin = (size: number, deadline: Deadline) => beginFlush(size, parts, poolSize, deadline);
  return {
    begin,
    async store(batch, deadline) {
      const flush = begin(batch.length, deadline);
      await inSlices(batch, flush.add);
      return flush.end();
    },
    async ping(ms) {
      const deadline = startDeadline(ms);
      await database
        .run(deadline, (client) => client.query('SELECT 1'))
        .finally(() => deadline.clear());
    },
    close: () => database.end(),
  };
}
