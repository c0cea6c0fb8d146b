import { StoreError } from '../../record/errors.ts';
import { DeadlineError } from '../../timing/deadline.ts';

/** A statement that had less time than this before the deadline says nothing about the table. */
const FAIR_MS = 1000;

/** Whether a statement ended for what it took, in milliseconds. */
export function isLate(error: unknown, ms: number): boolean {
  if (error instanceof DeadlineError) return ms > FAIR_MS;
  return error instanceof StoreError && error.fault === 'timeout';
}

/** How many rows a statement may have, so that it ends in time. Chunks of one table share it. */
export interface Pace {
  /** Whether it limits anything: a statement has timed out lately. */
  readonly isSlow: boolean;
  /** Whether no row is taken at present: the table is slow or locked, and no other row needs to be tried to find that out. */
  readonly isStuck: boolean;
  /** Rows of the next statement at most; 1 or more. */
  size(remainingMs: number): number;
  /** A statement with so many rows took so long. */
  succeeded(rows: number, ms: number): void;
  /**
   * A statement did not end in time: PostgreSQL, or the deadline, ended it after so long.
   *
   * @param isOfNone whether it had one row, and nothing of the batch was taken before
   */
  timedOut(ms: number, isOfNone?: boolean): void;
}

/** Rows that a statement can have at most; no batch has more. */
const ALL = 20_000;
/** Of the time that a statement may take, the share that the sink lets it take. */
const SHARE = 1 / 4;
/**
 * So many rows that take too long alone, one after another, are no coincidence. From then on one such row in each batch is
 * enough, until one is taken: a table that is locked for an hour must not cost each batch all of its time.
 */
const STUCK_AFTER = 5;

/**
 * After a statement that timed out, the next has one row, and each that is quick enough lets the next have twice as many:
 * that finds the right size within about twice the time of one statement, however slow the table is. Halving instead, down
 * from 10,000 rows at 200 ms each, loses the time of eight statements that time out.
 *
 * @param statementTimeoutMs after which PostgreSQL ends a statement
 */
export function createPace(statementTimeoutMs: number): Pace {
  let target = statementTimeoutMs * SHARE;
  let most = ALL;
  /** Milliseconds that a row took lately. */
  let each = 0;
  /** Rows that have taken too long alone since the last that was taken. */
  let stuck = 0;
  return {
    get isSlow() {
      return most < ALL;
    },
    get isStuck() {
      return stuck >= STUCK_AFTER;
    },
    size(remainingMs) {
      if (most === ALL) return ALL;
      return Math.max(1, Math.min(most, Math.floor((remainingMs * SHARE) / Math.max(each, 0.001))));
    },
    succeeded(rows, ms) {
      stuck = 0;
      if (most === ALL) return;
      each = ms / rows;
      const inTime = Math.max(1, Math.floor(target / Math.max(each, 0.001)));
      most = Math.min(ALL, inTime, Math.max(most, rows * 2));
      if (most === ALL) target = statementTimeoutMs * SHARE;
    },
    timedOut(ms, isOfNone = false) {
      most = 1;
      if (isOfNone) stuck += 1;
      // The server may have a limit of its own, such as transaction_timeout.
      target = Math.min(target, ms * SHARE);
    },
  };
}
