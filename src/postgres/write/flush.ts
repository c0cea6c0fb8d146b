import type { RecordRow } from '../../record/row.ts';
import type { Table } from '../../record/table.ts';
import type { Deadline } from '../../timing/deadline.ts';
import { endOrphans, type Note } from './end-orphans.ts';
import type { OnRejected } from './rejection.ts';
import type { StatesParts } from './states/prepare-states.ts';
import { createStatesFlush } from './states/states-flush.ts';
import { createTableFlush, type TableFlush, type TableParts } from './table-flush.ts';
import { merge, type Written } from './written.ts';

/** A whole batch, with the time that it took in milliseconds. */
export interface Flushed extends Written {
  readonly flushMs: number;
}

/** A batch that is being stored while its last rows are not there yet. */
export interface Flush {
  /** Takes some rows, which are on their way to PostgreSQL while the caller decodes the next. */
  add(rows: readonly RecordRow[]): void;
  /** Takes rows of tables of states that are not of the batch: none of their keys may get past them. */
  wait(rows: readonly RecordRow[]): void;
  /** No more will come. Resolves when each row has ended in one of the lists. Never throws. */
  end(): Promise<Flushed>;
}

/** Rows of a batch for which a second connection costs less than it brings. */
const MIN_CHUNK = 500;

/**
 * Begins to store a batch, each table's rows by statements of their own, side by side.
 *
 * @param size rows at most
 * @param partsOf what stores the rows of a table
 * @param connections chunks of a table at most
 * @param onRejected gets rejected records as soon as they are known; they are in what {@link Flush.end} returns, too
 */
export function beginFlush(
  size: number,
  partsOf: (table: Table) => TableParts | StatesParts,
  connections: number,
  deadline: Deadline,
  onRejected: OnRejected = () => {},
): Flush {
  const start = performance.now();
  const count = Math.max(1, Math.min(connections, Math.floor(size / MIN_CHUNK)));
  const flushes = new Map<Table, TableFlush>();
  /** Keys that were added, by the table's name: rows that leave other columns to its defaults are in the same table. */
  const keys = new Map<string, Set<string>>();

  function createFlush(table: Table): TableFlush {
    const name = table.name.join('.');
    const seen = keys.get(name) ?? new Set();
    keys.set(name, seen);
    const parts = partsOf(table);
    const flush =
      'compare' in parts
        ? createStatesFlush(parts, deadline, onRejected)
        : createTableFlush(size, count, parts, seen, deadline, onRejected);
    flushes.set(table, flush);
    return flush;
  }

  const flushOf = (table: Table) => flushes.get(table) ?? createFlush(table);

  return {
    add(rows) {
      for (const [table, some] of byTable(rows)) flushOf(table).add(some);
    },
    wait(rows) {
      for (const [table, some] of byTable(rows)) flushOf(table).wait?.(some);
    },
    async end() {
      const all = [...flushes];
      const written: Written[] = [];
      const failing = new Set<string>();
      const note: Note = ({ name }, one) => {
        written.push(one);
        if (one.failed.length > 0) failing.add(name.at(-1) as string);
      };
      const firsts = await Promise.all(all.map(([, flush]) => flush.endFirsts()));
      for (const [at, [table]] of all.entries()) note(table, firsts[at] as Written);
      for (const [table, flush] of all) note(table, await flush.endRepeats());
      await endOrphans(flushes, note, failing);
      return { ...merge(written), flushMs: performance.now() - start };
    },
  };
}

/** Nearly always there is one. */
function byTable(rows: readonly RecordRow[]): Iterable<readonly [Table, readonly RecordRow[]]> {
  const [first] = rows;
  if (!first) return [];
  if (rows.every(({ table }) => table === first.table)) return [[first.table, rows]];
  return Map.groupBy(rows, ({ table }) => table);
}
