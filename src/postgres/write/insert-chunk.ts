import type { Delivery } from '../../lambda/read-event.ts';
import { isSinkError, StoreError } from '../../record/errors.ts';
import type { Failed, Rejected } from '../../record/fates.ts';
import type { Deadline } from '../../timing/deadline.ts';
import type { Invalid } from './find-invalid.ts';
import type { Stored } from './flush.ts';
import { isolate } from './isolate.ts';

/** Stores encoded rows, all or none, and tells how many were new. */
export type Insert = (rows: readonly string[], deadline: Deadline) => Promise<number>;

/** Tells which rows hold a value that its column's type refuses; none where it cannot tell. */
export type FindInvalid = (
  rows: readonly string[],
  deadline: Deadline,
) => Promise<readonly Invalid[]>;

export interface InsertParts {
  readonly insert: Insert;
  readonly findInvalid: FindInvalid;
}

export interface Item {
  readonly delivery: Delivery;
  /** The row's identity. */
  readonly id: string;
  /** The row as the insert takes it. Written once, for isolation sends a row several times. */
  readonly json: string;
}

/** The class of SQLSTATEs that say that a value is none of its type. */
const DATA_EXCEPTION = '22';

/**
 * Tries the whole part. Where a value was refused by its type, PostgreSQL is asked which rows hold such values, as that
 * is one statement for all of them. What it refuses of the others, for a constraint, is searched for. Never throws.
 *
 * Rows are inserted in the order of their identity. Two statements that insert the same rows, here or in another process,
 * so wait for each other instead of deadlocking.
 */
export async function insertPart(
  items: readonly Item[],
  { insert, findInvalid }: InsertParts,
  deadline: Deadline,
): Promise<Stored> {
  if (items.length === 0) return { stored: [], inserted: 0, refused: [], failed: [] };
  const part = inOrder(items);
  let inserted = 0;
  const attempt = async (chunk: readonly Item[]) => {
    try {
      inserted += await insert(rowsOf(chunk), deadline);
      return null;
    } catch (error) {
      if (error instanceof StoreError && error.fault === 'record') return error;
      throw error;
    }
  };
  try {
    const refusal = await attempt(part);
    if (!refusal) return { stored: part.map(deliveryOf), inserted, refused: [], failed: [] };
    const invalid = refusal.code?.startsWith(DATA_EXCEPTION)
      ? await findInvalid(rowsOf(part), deadline)
      : [];
    const sqlstates = new Map(invalid.map(({ position, sqlstate }) => [position, sqlstate]));
    const others = part.filter((_, position) => !sqlstates.has(position));
    const { done, offenders, rest, error } = await isolate(others, attempt, invalid.length === 0);
    return {
      stored: done.map(deliveryOf),
      inserted,
      refused: [
        ...part.flatMap((item, position) => {
          const sqlstate = sqlstates.get(position);
          return sqlstate ? [rejectedByPostgres(item, sqlstate, null)] : [];
        }),
        ...offenders.map(({ item, refusal }) =>
          rejectedByPostgres(item, refusal.code, refusal.constraint),
        ),
      ],
      failed: fail(rest.map(deliveryOf), error),
    };
  } catch (error) {
    return { stored: [], inserted, refused: [], failed: fail(part.map(deliveryOf), error) };
  }
}

function inOrder(items: readonly Item[]): Item[] {
  return items.toSorted((a, b) => (a.id < b.id ? -1 : Number(a.id > b.id)));
}

const deliveryOf = ({ delivery }: Item): Delivery => delivery;
const rowsOf = (items: readonly Item[]): string[] => items.map(({ json }) => json);

function rejectedByPostgres(
  { delivery }: Item,
  sqlstate: string | null,
  constraint: string | null,
): Rejected {
  return {
    delivery,
    reason: 'rejected_by_postgres',
    message: `refused by PostgreSQL: SQLSTATE ${sqlstate}${constraint ? `, constraint ${constraint}` : ''}`,
    details: { sqlstate, constraint, issues: [] },
  };
}

/** An error of no known class is a mistake in the code. It must not escape: the other records have their fates. */
export function fail(rest: readonly Delivery[], error: unknown): Failed[] {
  const cause = isSinkError(error)
    ? error
    : new StoreError('deployment', 'The sink itself failed while it stored.', null, null);
  return rest.map((delivery) => ({ delivery, cause }));
}
