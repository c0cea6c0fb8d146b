import { parseToWriteAgain } from '../../definition/exact-json.ts';
import type { RowChange } from '../../postgres/write/store-and-roll-back.ts';
import { diff, masked, printChange, shown } from './diff.ts';
import type { Redaction } from './redaction.ts';

/**
 * Prints what becomes of a row, one line for each column: `row: ~ ` changed. A row that is new or removed is one line.
 *
 * @param redaction what is shown of it; null for everything
 */
export function printRowDiff({ before, after }: RowChange, redaction: Redaction | null): string[] {
  const rows = [before, after].map((row) => (row === null ? null : Buffer.from(row)));
  const show = redaction
    ? masked(
        redaction.row,
        rows.map((row) => [row, redaction.row] as const),
      )
    : shown;
  const [then, now] = [before, after].map((row) => row !== null && parseToWriteAgain(row));
  if (!then || !now) {
    const known = then || now;
    return [`row: ${known ? `${now ? '+' : '-'} ${show(known, [])}` : 'none, as now'}`];
  }
  const changes = diff(then, now).map((change) => `row: ${printChange(change, show)}`);
  return changes.length > 0 ? changes : ['row: stays as it is'];
}
