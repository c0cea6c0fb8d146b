import { coordinates } from '../src/record/coordinates.ts';
import type { RejectionReason } from '../src/record/fates.ts';
import type { SinkRecord } from '../src/record/record.ts';

/** Where a record lies in Kafka. */
export type Coordinates = Pick<SinkRecord, 'topic' | 'partition' | 'offset'>;

/** What must become of a record: a row with these values, or a dead letter with this reason. */
export type Expectation =
  | { readonly row: ExpectedRow; readonly rejected: null }
  | { readonly row: null; readonly rejected: RejectionReason };

/** Values by column; without `id` where the sink derives it from the coordinates. */
type ExpectedRow = Readonly<Record<string, unknown>>;

/** A row as the table holds it, `created_at` as an ISO string, with the coordinates of its record. */
export interface StoredRow extends Coordinates {
  readonly id: string;
  readonly user_id: string;
  readonly event_type: string;
  readonly title: string;
  readonly body: string;
  readonly created_at: string;
}

/** A dead letter as the queue holds it. */
export interface FoundDeadLetter {
  /** The coordinates of its record. */
  readonly id: string;
  readonly reason: string;
}

export interface Reconciliation {
  readonly records: number;
  readonly rows: number;
  readonly deadLetters: number;
  readonly byReason: Readonly<Record<string, number>>;
  /** Records that ended neither in the table nor in the queue. */
  readonly missing: number;
  /** Rows too many: of one record, or of one id. */
  readonly doubledRows: number;
  /** Rows with other values than were sent, or of records that are invalid or unknown. */
  readonly wrongRows: number;
  /** Dead letters of records that are valid or unknown. */
  readonly falseDeadLetters: number;
  /** Dead letters of invalid records with another reason than was expected. */
  readonly wrongReasons: number;
  /** Dead letters beyond the first of a record: at-least-once delivery can repeat a dead letter, never a row. */
  readonly repeatedDeadLetters: number;
}

/** What a reconciliation must find. */
export const FAULTLESS = {
  missing: 0,
  doubledRows: 0,
  wrongRows: 0,
  falseDeadLetters: 0,
  wrongReasons: 0,
} as const satisfies Partial<Reconciliation>;

/**
 * Matches every record with where it ended: one row with its values, or a dead letter with its reason. Nothing else may
 * be in the table or the queue. A record whose id is that of another one may be stored by the row of that one.
 *
 * @param records each once
 * @param expectationOf tells what must become of a record
 */
export async function reconcile<R extends Coordinates>(
  records: AsyncIterable<R> | Iterable<R>,
  expectationOf: (record: R) => Expectation,
  rows: readonly StoredRow[],
  deadLetters: readonly FoundDeadLetter[],
): Promise<Reconciliation> {
  const rowsById = new Map(rows.map((row) => [row.id, row]));
  const rowsByCoordinates = new Map(rows.map((row) => [coordinates(row), row]));
  const deadLettersById = Map.groupBy(deadLetters, ({ id }) => id);
  let [count, missing, rightRows, trueDeadLetters, wrongReasons] = [0, 0, 0, 0, 0];
  for await (const record of records) {
    const { row, rejected } = expectationOf(record);
    const id = coordinates(record);
    const stored = rowsByCoordinates.get(id);
    const found = deadLettersById.get(id) ?? [];
    count += 1;
    const isStored = row !== null && (stored !== undefined || rowsById.has(String(row.id)));
    if (!isStored && found.length === 0) missing += 1;
    if (row) {
      if (stored && holds(stored, row)) rightRows += 1;
    } else {
      trueDeadLetters += found.length;
      wrongReasons += found.filter(({ reason }) => reason !== rejected).length;
    }
  }
  const byReason: Record<string, number> = {};
  for (const { reason } of deadLetters) byReason[reason] = (byReason[reason] ?? 0) + 1;
  return {
    records: count,
    rows: rows.length,
    deadLetters: deadLetters.length,
    byReason,
    missing,
    doubledRows: rows.length - Math.min(rowsById.size, rowsByCoordinates.size),
    wrongRows: rowsByCoordinates.size - rightRows,
    falseDeadLetters: deadLetters.length - trueDeadLetters,
    wrongReasons,
    repeatedDeadLetters: deadLetters.length - deadLettersById.size,
  };
}

function holds(stored: StoredRow, expected: ExpectedRow): boolean {
  return Object.entries(expected).every(
    ([name, value]) => stored[name as keyof StoredRow] === value,
  );
}
