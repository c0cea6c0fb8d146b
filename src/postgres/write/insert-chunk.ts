import { StoreError } from '../../record/errors.ts';
import { CONFLICT_MESSAGE, type Rejected, reject } from '../../record/fates.ts';
import type { SinkRecord } from '../../record/record.ts';
import type { OnConflict } from '../../record/table.ts';
import type { Deadline } from '../../timing/deadline.ts';
import type { Invalid } from './find-invalid.ts';
import { isolate } from './isolate.ts';
import { failed, NOTHING, type Written } from './written.ts';

/** Stores encoded rows, all or none, and returns how many were new. */
export type Insert = (rows: readonly string[], deadline: Deadline) => Promise<number>;

/** Finds the rows that hold a value which its column's type refuses; none when it cannot tell. */
type FindInvalid = (rows: readonly string[], deadline: Deadline) => Promise<readonly Invalid[]>;

/**
 * Finds the places of rows that are other records than those that have their keys in the table; none when it cannot tell
 * and conflicts are passed over anyway.
 */
type FindConflicts = (rows: readonly string[], deadline: Deadline) => Promise<readonly number[]>;

export interface InsertParts {
  readonly insert: Insert;
  readonly findInvalid: FindInvalid;
  readonly findConflicts: FindConflicts;
  readonly onConflict: OnConflict;
}

export interface Item {
  readonly record: SinkRecord;
  /** The key of the row. */
  readonly key: string;
  /** The row as the insert takes it. Written once, as isolation sends a row several times. */
  readonly json: string;
}

/** The class of SQLSTATEs that say that a value is none of its type. */
const DATA_EXCEPTION = '22';

/**
 * Tries the whole chunk. When a type refused a value, PostgreSQL is asked which rows hold such values, as that is one
 * statement for all of them. The others that it refuses, for a constraint, are searched for. Never throws.
 *
 * Rows are inserted in the order of their key. Two statements that insert the same rows, here or in another process,
 * so wait for each other instead of deadlocking.
 */
export async function insertChunk(
  items: readonly Item[],
  { insert, findInvalid, findConflicts, onConflict }: InsertParts,
  deadline: Deadline,
): Promise<Written> {
  if (items.length === 0) return NOTHING;
  const chunk = inOrder(items);
  let inserted = 0;
  const conflicts = new Set<Item>();
  const attempt = async (some: readonly Item[]) => {
    const rows = rowsOf(some);
    const count = await insert(rows, deadline).catch((error: unknown) => {
      if (error instanceof StoreError && error.fault === 'record') return error;
      throw error;
    });
    if (count instanceof StoreError) return count;
    inserted += count;
    if (count < rows.length)
      for (const position of await findConflicts(rows, deadline))
        conflicts.add(some[position] as Item);
    return null;
  };
  try {
    const refusal = await attempt(chunk);
    if (!refusal && conflicts.size === 0)
      return { ...NOTHING, stored: chunk.map(recordOf), inserted };
    const invalid = refusal?.code?.startsWith(DATA_EXCEPTION)
      ? await findInvalid(rowsOf(chunk), deadline)
      : [];
    const named = new Map(invalid.map((one) => [one.position, one]));
    const others = chunk.filter((_, position) => !named.has(position));
    const { done, offenders, rest, error } = refusal
      ? await isolate(others, attempt, invalid.length === 0)
      : { done: chunk, offenders: [], rest: [] };
    const refused = [
      ...chunk.flatMap((item, position) => {
        const one = named.get(position);
        return one ? [rejected(item, one.sqlstate, null, one.columns)] : [];
      }),
      ...offenders.map(({ item, refusal }) => rejected(item, refusal.code, refusal.constraint)),
    ];
    const other = [...conflicts].map(recordOf);
    const deadLettered = onConflict === 'dead-letter';
    return {
      stored: done.filter((item) => !conflicts.has(item)).map(recordOf),
      inserted,
      conflicts: deadLettered ? [] : other.map((record) => ({ record, rule: 'conflict' })),
      rejected: deadLettered ? [...refused, ...other.map(conflicting)] : refused,
      failed: failed(rest.map(recordOf), error),
    };
  } catch (error) {
    return { ...NOTHING, inserted, failed: failed(chunk.map(recordOf), error) };
  }
}

function inOrder(items: readonly Item[]): Item[] {
  return items.toSorted((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)));
}

const recordOf = ({ record }: Item): SinkRecord => record;
const rowsOf = (items: readonly Item[]): string[] => items.map(({ json }) => json);

const conflicting = (record: SinkRecord): Rejected =>
  reject(record, 'key_conflict', CONFLICT_MESSAGE);

/** @param columns that refuse their values, where they are known */
function rejected(
  { record }: Item,
  sqlstate: string | null,
  constraint: string | null,
  columns: readonly string[] = [],
): Rejected {
  const where = [
    ...(constraint ? [`constraint ${constraint}`] : []),
    ...columns.map((name) => `column ${name}`),
  ];
  return {
    record,
    reason: 'rejected_by_postgres',
    message: [`refused by PostgreSQL: SQLSTATE ${sqlstate}`, ...where].join(', '),
    details: { sqlstate, constraint, issues: [] },
  };
}
