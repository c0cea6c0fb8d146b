import type { StoreError } from '../../../record/errors.ts';
import type { Deadline } from '../../../timing/deadline.ts';
import type { Connection } from '../../connection/session.ts';
import { quoteName } from '../../identifiers.ts';
import { type Blame, blame } from '../blame.ts';
import type { Learning } from '../judge/learning.ts';
import type { StatesTable } from './state.ts';

/** Whose fault it is that PostgreSQL refuses a state alone. */
export type BlameState = (refusal: StoreError, deadline: Deadline) => Promise<Blame>;

/** A row cannot be removed or changed while others refer to it: foreign_key_violation, and restrict_violation since PostgreSQL 18. */
const REFERENCED: ReadonlySet<string | null> = new Set(['23503', '23001']);

/** @param ask does work on a connection, once */
export function createBlame(
  { name }: StatesTable,
  { rules, excusesTypes }: Pick<Learning, 'rules' | 'excusesTypes'>,
  ask: <T>(deadline: Deadline, work: (connection: Connection) => Promise<T>) => Promise<T>,
): BlameState {
  /** Whether a foreign key, of any table, refers to the table. */
  async function isReference(connection: Connection, constraint: string | null): Promise<boolean> {
    const text =
      "SELECT FROM pg_constraint WHERE contype = 'f' AND confrelid = to_regclass($1) AND conname = $2";
    const { rowCount } = await connection.query({ text, values: [quoteName(name), constraint] });
    return rowCount !== 0;
  }

  return async (refusal, deadline) => {
    const fault = blame(refusal, await rules(deadline), excusesTypes());
    if (fault !== 'perhaps-record' || !REFERENCED.has(refusal.code)) return fault;
    const isOfRow = await ask(deadline, (connection) =>
      isReference(connection, refusal.constraint),
    ).catch(() => false);
    return isOfRow ? 'record' : fault;
  };
}
