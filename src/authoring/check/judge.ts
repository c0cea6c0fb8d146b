import type { CompiledSink, Decoded } from '../../definition/compile.ts';
import { ignoresTombstones } from '../../definition/states.ts';
import type { Issue, PassedOver, Rejected } from '../../record/fates.ts';
import type { RecordRow } from '../../record/row.ts';
import type { Table } from '../../record/table.ts';
import type { TombstonePolicy } from '../../settings/sink.ts';
import type { Message } from './read-messages.ts';

/** How a message ends. `row`: it becomes one, and nobody has asked PostgreSQL; `tombstone`: it removes or marks the row; `failed`: the database is not ready for it. */
export type Ending =
  | 'row'
  | 'tombstone'
  | 'stored'
  | 'already-there'
  | 'passed-over'
  | 'rejected'
  | 'failed';

/** What becomes of a message. */
export interface Verdict {
  readonly at: string;
  readonly ending: Ending;
  /** The row that it becomes: each column with its value as text of PostgreSQL, null for NULL. */
  readonly row: ReadonlyMap<string, string | null>;
  /** Columns that the row leaves to the table's own defaults, or, in a table of states, as they are. */
  readonly leftToTable: readonly string[];
  /** Whether it belongs into a table of states. */
  readonly isState: boolean;
  /** By which rule it is passed over. */
  readonly rule: PassedOver['rule'] | null;
  /** Why it is rejected. */
  readonly reason: Rejected['reason'] | null;
  /** What is wrong, field by field. */
  readonly problems: readonly Issue[];
}

/** Decodes a message as the sink would. */
export function decodeMessage(
  { record }: Message,
  sink: CompiledSink,
  tombstones: TombstonePolicy,
): Decoded {
  return record.value === null && ignoresTombstones(sink.table, tombstones)
    ? { record, rule: 'tombstone' }
    : sink.decode(record);
}

/** @param table the sink's, with all columns */
export function verdictOf({ at }: Message, decoded: Decoded, table: Table): Verdict {
  if ('row' in decoded) return ofRow(at, decoded, table);
  if ('rule' in decoded) return { ...NOTHING, at, ending: 'passed-over', rule: decoded.rule };
  return ofRejected(at, decoded);
}

const NOTHING = {
  ...{ row: new Map(), leftToTable: [], isState: false },
  ...{ rule: null, reason: null, problems: [] },
};

function ofRow(at: string, decoded: RecordRow, table: Table): Verdict {
  const { row, table: written, absent = [], isTombstone, deletedAt } = decoded;
  const values = new Map(
    written.columns.flatMap(({ name }, index) =>
      absent.includes(index) ? [] : [[name, row[index] ?? null]],
    ),
  );
  const others = table.columns.filter(({ name }) => !values.has(name));
  const leftToTable = others.map(({ name }) => name);
  const isState = table.states !== undefined;
  if (deletedAt && table.states?.deletedAt) values.set(table.states.deletedAt, deletedAt);
  const ending = isTombstone ? 'tombstone' : 'row';
  return { ...NOTHING, at, ending, row: values, leftToTable, isState };
}

function ofRejected(at: string, { reason, message, details }: Rejected): Verdict {
  const problems = details.issues.length > 0 ? details.issues : [{ path: '', message }];
  return { ...NOTHING, at, ending: 'rejected', reason, problems };
}
