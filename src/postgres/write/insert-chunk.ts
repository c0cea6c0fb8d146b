import { StoreError } from '../../record/errors.ts';
import type { Rejected } from '../../record/fates.ts';
import type { SinkRecord } from '../../record/record.ts';
import type { Deadline } from '../../timing/deadline.ts';
import type { Invalid } from './find-invalid.ts';
import { isolate } from './isolate.ts';
import { failed, NOTHING, type Written } from './written.ts';

/** Stores encoded rows, all or none, and returns how many were new. */
export type Insert = (rows: readonly string[], deadline: Deadline) => Promise<number>;

/** Finds the rows that hold a value which its column's type refuses; none when it cannot tell. */
type FindInvalid = (rows: readonly string[], deadline: Deadline) => Promise<readonly Invalid[]>;

export interface InsertParts {
  readonly insert: Insert;
  readonly findInvalid: FindInvalid;
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
  { insert, findInvalid }: InsertParts,
  deadline: Deadline,
): Promise<Written> {
  if (items.length === 0) return NOTHING;
  const chunk = inOrder(items);
  let inserted = 0;
  const attempt = async (some: readonly Item[]) => {
    try {
      inserted += await insert(rowsOf(some), deadline);
      return null;
    } catch (error) {
      if (error instanceof StoreError && error.fault === 'record') return error;
      throw error;
    }
  };
  try {
    const refusal = await attempt(chunk);
    if (!refusal) return { ...NOTHING, stored: chunk.map(recordOf), inserted };
    const invalid = refusal.code?.startsWith(DATA_EXCEPTION)
      ? await findInvalid(rowsOf(chunk), deadline)
      : [];
    const named = new Map(invalid.map((one) => [one.position, one]));
    const others = chunk.filter((_, position) => !named.has(position));
    const { done, offenders, rest, error } = await isolate(others, attempt, invalid.length === 0);
    return {
      stored: done.map(recordOf),
      inserted,
      rejected: [
        ...chunk.flatMap((item, position) => {
          const one = named.get(position);
          return one ? [rejected(item, one.sqlstate, null, one.columns)] : [];
        }),
        ...offenders.map(({ item, refusal }) => rejected(item, refusal.code, refusal.constraint)),
      ],
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
