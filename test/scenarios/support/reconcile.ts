import type { DeadLetter } from '../../../src/dead-letter/message.ts';
import { NUMBER_HEADER, rowOf, type Sample } from './samples.ts';

export interface StoredRow {
  readonly id: string;
  readonly [column: string]: string;
}

export interface Reconciliation {
  /** Records that ended neither in the table nor in the queue. */
  readonly missing: number;
  /** Rows too many. */
  readonly doubled: number;
  /** Rows with other values than were sent, or of records that are invalid. */
  readonly wrongRows: number;
  /** Letters of fit records, or with another reason than expected. */
  readonly falseLetters: number;
  /** Letters beyond the first of a record: at-least-once delivery can repeat a letter, never a row. */
  readonly secondLetters: number;
}

/** Matches every sample with the table and the queue, by id. */
export function reconcile(
  samples: readonly Sample[],
  rows: readonly StoredRow[],
  letters: readonly DeadLetter[],
): Reconciliation {
  const rowsById = Map.groupBy(rows, ({ id }) => id);
  const lettersByNumber = Map.groupBy(letters, numberOf);
  let missing = 0;
  let matched = 0;
  let trueLetters = 0;
  for (const { number, rejected } of samples) {
    const expected = rowOf(number);
    const [row] = rejected ? [] : (rowsById.get(expected.id) ?? []);
    const found = lettersByNumber.get(number) ?? [];
    if (rejected ? found.length === 0 : !row) missing += 1;
    if (row && Object.entries(expected).every(([name, value]) => row[name] === value)) matched += 1;
    trueLetters += found.filter(({ reason }) => reason === rejected).length;
  }
  return {
    missing,
    doubled: rows.length - rowsById.size,
    wrongRows: rowsById.size - matched,
    falseLetters: letters.length - trueLetters,
    secondLetters: letters.length - new Set(letters.map(({ id }) => id)).size,
  };
}

function numberOf({ record }: DeadLetter): number {
  const value = record.headers.find(({ name }) => name === NUMBER_HEADER)?.value ?? '';
  return Number(Buffer.from(value, 'base64').toString());
}
