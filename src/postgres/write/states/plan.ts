import { type State, type StatesTable, shapeOf } from './state.ts';

/** What PostgreSQL says of records side by side: which have one key, and which of these is newer. */
export interface Compared {
  /** Equal for records whose keys are equal to the table. */
  readonly group: number;
  /** Among the records of its group, from 1 on: the greater, the newer; equal for equal versions. */
  readonly rank: number;
}

/** The records of one key, in their order. */
export interface Unit {
  readonly states: readonly State[];
  /** See {@link Compared}. */
  readonly ranks: readonly number[];
}

/** What is left to write of the records of one key. */
export interface Plan {
  /** Older than one before it. */
  readonly stale: readonly State[];
  /** To be written one after the other; what each says of a row, the ones behind it do not overwrite. */
  readonly steps: readonly Step[];
}

/** A record, and all that share its fate: those before it whose every word it overwrites, and itself. */
export interface Step {
  readonly state: State;
  readonly of: readonly State[];
}

export const stepOf = (state: State): Step => ({ state, of: [state] });

export const unitOf = (state: State): Unit => ({ states: [state], ranks: [1] });

/** The records by their keys; keys in the order of their first. */
export function unitsOf(states: readonly State[], compared: readonly Compared[]): readonly Unit[] {
  const groups = Map.groupBy(compared.keys(), (at) => compared[at]?.group);
  return [...groups.values()].map((places) => ({
    states: places.map((at) => states[at] as State),
    ranks: places.map((at) => compared[at]?.rank ?? 0),
  }));
}

/**
 * Plans the records of one key, so that the row becomes what it would by each of them alone: a record that is not newer than one
 * before it changes nothing, and of the others only those are written that the next ones do not wholly replace. They are not made
 * one of: what the table has may be newer than some of them.
 */
export function planOf({ states: all, ranks }: Unit, table: StatesTable): Plan {
  const { columns, key, states } = table;
  const removes = removalIn(table);
  // Some columns are written by the record that makes the row, and by no later one.
  const isLimited = states.update.length + key.length < columns.length;
  const stale: State[] = [];
  const steps: Step[] = [];
  let newest = 0;
  for (const [at, state] of all.entries()) {
    const rank = ranks[at] as number;
    const of: State[] = [state];
    if (rank < newest) stale.push(state);
    // One that is as new as one before it is there, as soon as that one is.
    else if (rank === newest) steps.push(joined(steps.pop() as Step, state));
    else {
      newest = rank;
      for (let last = steps.at(-1); last && replaces(state, last.state); last = steps.at(-1)) {
        if (!removes(state) && isLimited && creates(steps.at(-2))) break;
        of.unshift(...last.of);
        steps.pop();
      }
      steps.push({ state, of });
    }
  }
  return { stale, steps };

  /** Whether the step behind this one makes the row. */
  function creates(before: Step | undefined): boolean {
    return before === undefined || removes(before.state);
  }

  /** A row that was removed between them is another one. */
  function replaces(state: State, before: State): boolean {
    if (removes(state) || removes(before)) return removes(state);
    return state.absent.every((column) => before.absent.includes(column));
  }
}

const joined = ({ state, of }: Step, equal: State): Step => ({ state, of: [...of, equal] });

/** Whether a record removes the row of its key. */
export const removalIn =
  ({ states }: StatesTable) =>
  ({ isTombstone }: State): boolean =>
    isTombstone && states.tombstones === 'delete';

/** Steps that can go into one statement each: the n-th ones of their keys, by shape. */
export function statementsOf(plans: readonly Plan[]): readonly (readonly Step[])[] {
  const most = plans.reduce((max, { steps }) => Math.max(max, steps.length), 0);
  return Array.from({ length: most }, (_, at) =>
    plans.flatMap(({ steps }) => steps[at] ?? []),
  ).flatMap((layer) => [...Map.groupBy(layer, ({ state }) => shapeOf(state)).values()]);
}
