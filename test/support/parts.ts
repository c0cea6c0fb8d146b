import type { InsertParts } from '../../src/postgres/write/insert-some.ts';
import { keyOf } from '../../src/postgres/write/key.ts';
import { createPace } from '../../src/postgres/write/pace.ts';
import type { TableParts } from '../../src/postgres/write/table-flush.ts';
import type { Values } from '../../src/record/table.ts';
import type { Deadline } from '../../src/timing/deadline.ts';
import { NOTIFICATIONS } from './rows.ts';

/** Stores rows, all or none, and returns how many were new. */
export type InsertAll = (rows: readonly Values[], deadline: Deadline) => Promise<number>;

/** An insert that names no refused row: it has inserted all, or throws. */
const namesNone =
  (insert: InsertAll): InsertParts['insert'] =>
  async (rows, deadline) => ({
    inserted: await insert(rows, deadline),
    refused: new Map(),
    again: [],
  });

/** What stores the rows of a table, without PostgreSQL: there is no COPY, and no record is another than the one there. */
export function partsWith({
  insert,
  ...others
}: Partial<Omit<TableParts, 'insert'>> & { readonly insert: InsertAll }): TableParts {
  return {
    keyOf: keyOf(NOTIFICATIONS),
    offerCopy: () => null,
    offerJudged: () => null,
    findConflicts: async () => null,
    repeats: { expected: false },
    onConflict: 'ignore',
    retryForeignKeysMs: 0,
    blame: async ({ fault }) => (fault === 'record' ? 'record' : 'deployment'),
    takesLately: () => false,
    parentsOf: async () => ['elsewhere'],
    takes: async () => 'perhaps',
    mayBringParent: async () => true,
    pace: createPace(10_000),
    ...others,
    insert: namesNone(insert),
  };
}
