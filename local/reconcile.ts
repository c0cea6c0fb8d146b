import { coordinates } from '../src/record/coordinates.ts';
import type { SinkRecord } from '../src/record/record.ts';
import { copiesOf, INDEX_HEADER, makeSample, type Sample } from './samples.ts';

/** A row as the table holds it, `created_at` as an ISO string. */
export interface StoredRow {
  readonly id: string;
  readonly user_id: string;
  readonly event_type: string;
  readonly title: string;
  readonly body: string;
  readonly created_at: string;
  /** `<topic>-<partition>@<offset>` */
  readonly source: string;
}

/** A dead letter as the queue holds it. */
export interface FoundLetter {
  /** `<topic>-<partition>@<offset>` */
  readonly id: string;
  readonly reason: string;
}

export interface Reconciliation {
  readonly records: number;
  readonly rows: number;
  readonly letters: number;
  readonly byReason: ReadonlyMap<string, number>;
  /** Samples whose records are not in the topic as often as they were sent. */
  readonly notProduced: number;
  /** Records that ended neither in the table nor in the queue. */
  readonly missing: number;
  /** Rows or letters that are there more than once. */
  readonly doubled: number;
  /** Rows or letters that should not be there, hold other values, or name another reason. */
  readonly unexpected: number;
}

/**
 * Matches every record of the topic with where it ended: one row with its values, or one dead letter with the reason
 * that was expected. Nothing else may be in the table or the queue.
 */
export async function reconcile(
  samples: number,
  run: number,
  records: AsyncIterable<SinkRecord>,
  rows: readonly StoredRow[],
  letters: readonly FoundLetter[],
): Promise<Reconciliation> {
  const rowById = new Map(rows.map((row) => [row.id, row]));
  const rowBySource = new Map(rows.map((row) => [row.source, row]));
  const lettersById = Map.groupBy(letters, ({ id }) => id);
  const copies = new Map<number, number>();
  const matched = new Set<StoredRow>();
  let count = 0;
  let missing = 0;
  let unexpected = 0;
  for await (const record of records) {
    const sample = makeSample(indexOf(record), run);
    const source = coordinates(record);
    count += 1;
    copies.set(sample.index, (copies.get(sample.index) ?? 0) + 1);
    if (sample.rejected) {
      const [letter] = lettersById.get(source) ?? [];
      if (!letter) missing += 1;
      else if (letter.reason !== sample.rejected) unexpected += 1;
      continue;
    }
    const id = sample.notification?.id;
    const row = id ? rowById.get(id) : rowBySource.get(source);
    if (!row) missing += 1;
    else if (!holds(row, sample)) unexpected += 1;
    if (row) matched.add(row);
    if (lettersById.has(source)) unexpected += 1;
  }
  const byReason = new Map<string, number>();
  for (const { reason } of letters) byReason.set(reason, (byReason.get(reason) ?? 0) + 1);
  const notProduced = Array.from({ length: samples }, (_, index) => index).filter(
    (index) => (copies.get(index) ?? 0) < copiesOf(index),
  ).length;
  return {
    records: count,
    rows: rows.length,
    letters: letters.length,
    byReason,
    notProduced,
    missing,
    doubled: rows.length - rowById.size + (letters.length - lettersById.size),
    unexpected: unexpected + rows.length - matched.size,
  };
}

/** Whether every record is accounted for. */
export function isComplete(found: Reconciliation): boolean {
  return found.notProduced + found.missing + found.doubled + found.unexpected === 0;
}

function indexOf({ headers }: SinkRecord): number {
  return Number(headers.find(({ name }) => name === INDEX_HEADER)?.value?.toString() ?? '');
}

function holds(row: StoredRow, { notification }: Sample): boolean {
  return Object.entries(notification ?? {}).every(
    ([name, value]) => row[name as keyof StoredRow] === value,
  );
}
