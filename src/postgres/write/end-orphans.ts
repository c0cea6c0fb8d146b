import type { Table } from '../../record/table.ts';
import type { TableFlush } from './table-flush.ts';
import type { Written } from './written.ts';

/** What became of the rows of a table. */
export type Note = (table: Table, written: Written) => void;

/**
 * Rows that refer to rows of the same batch wait for them: as long as one finds its parent, the others may. In the end those
 * are given up whose parents did not come. What has failed comes again, and may be a parent: so do those that may refer to it,
 * and those that may refer to these (promise P4).
 *
 * @param note takes what became of them
 * @param failing last parts of the names of the tables of which rows have failed, as `note` adds to them
 */
export async function endOrphans(
  flushes: ReadonlyMap<Table, TableFlush>,
  note: Note,
  failing: ReadonlySet<string>,
): Promise<void> {
  const all = [...flushes];
  const names = new Set(all.map(([{ name }]) => name.at(-1) as string));
  for (let inserted = 1; inserted > 0; ) {
    const more = await Promise.all(all.map(([, flush]) => flush.retryOrphans(names)));
    inserted = more.reduce((sum, one) => sum + one.inserted, 0);
    for (const [at, [table]] of all.entries()) note(table, more[at] as Written);
  }
  const mayBeParents = new Set(failing);
  const given = new Map<Table, Written>();
  for (let before = -1; before < mayBeParents.size; ) {
    before = mayBeParents.size;
    for (const [table, flush] of all) {
      const written = await flush.giveUpOrphans(mayBeParents);
      given.set(table, written);
      if (written.failed.length > 0) mayBeParents.add(table.name.at(-1) as string);
    }
  }
  for (const [table, written] of given) note(table, written);
}
