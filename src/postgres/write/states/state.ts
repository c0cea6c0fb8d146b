import type { RecordRow } from '../../../record/row.ts';
import type { States, Table } from '../../../record/table.ts';
import type { Item } from '../item.ts';
import type { KeyOf } from '../key.ts';

/** A table of states. */
export type StatesTable = Table & { readonly states: States };

export const hasStates = (table: Table): table is StatesTable => table.states !== undefined;

/** A record that says what its key is from now on. */
export interface State extends Item {
  /** Columns that it does not mention, as positions. */
  readonly absent: readonly number[];
  /** Whether it says that its key is gone. */
  readonly isTombstone: boolean;
  /** When it was marked so, for a tombstone that marks. */
  readonly deletedAt: string | null;
}

const NONE: readonly number[] = [];

export const stateOf = (keyOf: KeyOf, { record, row, ...one }: RecordRow): State => ({
  ...{ record, row, key: keyOf(row) },
  absent: one.absent ?? NONE,
  isTombstone: one.isTombstone ?? false,
  deletedAt: one.deletedAt ?? null,
});

/** States of one shape write the same columns in the same way, and go into one statement. */
export const shapeOf = ({ absent, isTombstone }: State): string =>
  `${isTombstone ? '-' : '+'}${absent.join(' ')}`;

/** Whether all are of one shape. */
export function areAlike(states: readonly State[]): boolean {
  const [first] = states;
  if (!first) return true;
  const { absent, isTombstone } = first;
  const shape = shapeOf(first);
  return states.every((state) =>
    state.absent === absent ? state.isTombstone === isTombstone : shapeOf(state) === shape,
  );
}
