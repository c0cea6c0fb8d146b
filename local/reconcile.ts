import pg from 'pg';
import { coordinates } from '../src/record/coordinates.ts';
import type { RejectionReason } from '../src/record/fates.ts';
import type { SinkRecord } from '../src/record/record.ts';
import type { Table } from '../src/record/table.ts';
import { createRowMatcher, type ExpectedRow } from './match-rows.ts';

/** Where a record lies in Kafka. */
export type Coordinates = Pick<SinkRecord, 'topic' | 'partition' | 'offset'>;

/** What must become of a record: this row of a table, a dead letter with this reason, or nothing at all. */
export type Expectation =
  | { readonly table: Table; readonly row: ExpectedRow; readonly isTombstone?: boolean }
  | { readonly rejected: RejectionReason }
  | { readonly passedOver: true };

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
  /** Records that a rule of their definition passes over: `where`, or another record has their key. */
  readonly passedOver: number;
  /** Records of tables of states that are not the row of their key any more: a newer one is, or none. */
  readonly replaced: number;
  /** Records that ended neither in a table nor in the queue. */
  readonly missing: number;
  /** Rows beyond the first of a key. */
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
 * Matches every record with where it ended: one row with its values, a dead letter with its reason, or nothing where its
 * definition passes it over. Nothing else may be in the tables or the queue. Of several records with one key one is stored;
 * the others are the same record again, or conflicts, with which the table's `onConflict` says what to do. In a table of states
 * the row is the fold of all of them.
 *
 * @param url of the database
 * @param tables those whose rows must all be expected
 * @param records each once, those of a partition in their order
 * @param expectationOf tells what must become of a record
 */
export async function reconcile<R extends Coordinates>(
  url: string,
  tables: readonly Table[],
  records: AsyncIterable<R> | Iterable<R>,
  expectationOf: (record: R) => Expectation,
  deadLetters: readonly FoundDeadLetter[],
): Promise<Reconciliation> {
  // A connection of its own, apart from the sink's.
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const matcher = await createRowMatcher(client, tables);
    const deadLettersById = Map.groupBy(deadLetters, ({ id }) => id);
    const lettersOf = (id: string) => deadLettersById.get(id) ?? [];
    const valid: { readonly id: string; readonly table: Table }[] = [];
    let [count, passedOver, missing, trueDeadLetters, wrongReasons] = [0, 0, 0, 0, 0];
    const expectDeadLetter = (id: string, expected: RejectionReason) => {
      const found = lettersOf(id);
      if (found.length === 0) missing += 1;
      trueDeadLetters += found.length;
      wrongReasons += found.filter(({ reason }) => reason !== expected).length;
    };

    for await (const record of records) {
      const expected = expectationOf(record);
      const id = coordinates(record);
      count += 1;
      if ('rejected' in expected) expectDeadLetter(id, expected.rejected);
      else if ('passedOver' in expected) passedOver += 1;
      else {
        const { table, row, isTombstone } = expected;
        await matcher.expect(table, valid.length, row, isTombstone);
        valid.push({ id, table });
      }
    }
    const { rows, doubled, wrong, replaced, differences } = await matcher.match();
    for (const [number, difference] of differences) {
      const { id, table } = valid[number] as (typeof valid)[number];
      if (difference === 'absent' && lettersOf(id).length === 0) missing += 1;
      // The row of another state is wrong, and counted already.
      if (difference !== 'other' || table.states) continue;
      if (table.onConflict === 'dead-letter') expectDeadLetter(id, 'key_conflict');
      else passedOver += 1;
    }

    const byReason: Record<string, number> = {};
    for (const { reason } of deadLetters) byReason[reason] = (byReason[reason] ?? 0) + 1;
    return {
      records: count,
      rows,
      deadLetters: deadLetters.length,
      byReason,
      ...{ passedOver, replaced },
      missing,
      doubledRows: doubled,
      wrongRows: wrong,
      falseDeadLetters: deadLetters.length - trueDeadLetters,
      wrongReasons,
      repeatedDeadLetters: deadLetters.length - deadLettersById.size,
    };
  } finally {
    await client.end();
  }
}
