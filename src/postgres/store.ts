import type { RecordRow } from '../record/row.ts';
import type { Table } from '../record/table.ts';
import type { SinkSettings } from '../settings/sink.ts';
import { type Deadline, startDeadline } from '../timing/deadline.ts';
import { inSlices } from '../timing/slices.ts';
import { createCredentials } from './connection/credentials.ts';
import { createDatabase } from './connection/pool.ts';
import { createResilience, type ResilienceEvents } from './connection/retry-and-breaker.ts';
import { beginFlush, type Flush, type Flushed } from './write/flush.ts';
import { prepareTable, type Run } from './write/prepare-table.ts';
import type { OnRejected } from './write/rejection.ts';
import { prepareStates, type StatesParts } from './write/states/prepare-states.ts';
import { hasStates } from './write/states/state.ts';
import type { TableParts } from './write/table-flush.ts';

/** PostgreSQL, as the sink uses it. Lives as long as the process. */
export interface Store {
  /**
   * Begins to store a batch whose rows are still being decoded.
   *
   * @param size rows at most
   * @param onRejected gets rejected records as soon as they are known, before the others have their fates
   */
  begin(size: number, deadline: Deadline, onRejected?: OnRejected): Flush;
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
 * @param events observes retries and the circuit breaker
 * @param mayBring whether a batch can have rows of a table, by the last part of its name
 */
export function createStore(
  config: Pick<SinkSettings, 'database' | 'retry' | 'circuitBreaker'>,
  events: ResilienceEvents,
  mayBring?: (table: string) => boolean,
): Store {
  const { source, poolSize, statementTimeoutMs } = config.database;
  const credentials = createCredentials(source);
  const database = createDatabase(config.database, credentials);
  const resilience = createResilience(config.retry, config.circuitBreaker, events);
  const tables = new WeakMap<Table, TableParts | StatesParts>();
  const ask: Run = (deadline, written, work) => database.run(deadline, work, written);
  const run: Run = (deadline, written, work) =>
    resilience(deadline, () => ask(deadline, written, work));

  function partsOf(table: Table): TableParts | StatesParts {
    let parts = tables.get(table);
    if (!parts) {
      parts = hasStates(table)
        ? prepareStates(table, run, ask, statementTimeoutMs)
        : prepareTable(table, run, ask, statementTimeoutMs, mayBring);
      tables.set(table, parts);
    }
    return parts;
  }

  const begin: Store['begin'] = (size, deadline, onRejected) =>
    beginFlush(size, partsOf, poolSize, deadline, onRejected);
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
        .run(deadline, (connection) => connection.query('SELECT 1'))
        .finally(() => deadline.clear());
    },
    close: () => database.end(),
  };
}
