import { CONFLICT_MESSAGE, type Rejected, reject } from '../../record/fates.ts';
import type { SinkRecord } from '../../record/record.ts';
import type { Refusal } from './judge/judgements.ts';

/** Gets records that are rejected, whatever becomes of the others. */
export type OnRejected = (rejected: readonly Rejected[]) => void;

/** Rejects a record for what PostgreSQL says of its row. */
export function rejection(
  record: SinkRecord,
  { sqlstate, constraint, columns }: Refusal,
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

/** Rejects a record because another one has its key. */
export const conflicting = (record: SinkRecord): Rejected =>
  reject(record, 'key_conflict', CONFLICT_MESSAGE);
