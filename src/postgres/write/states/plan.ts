import { type State, type StatesTable, shapeOf } from './state.ts';

/** What PostgreSQL says of records side by side: which have one key, and which of these is newer. */
export interface Compared {
  /** Equal for records whose keys are equal to the table. */
  readonly group: number;
  /** Among the records of its group: the greater, the newer; equal for equal versions. */
  readonly rank: number;
}

/** The records of one key, in their order, and what is left to write of them. */
export interface Plan {
  /** Older than one before it. */
  readonly stale: readonly State[];
  /** To be written one after the other; what each says of a row, the ones behind it do not overwrite. */
  readonly steps: readonly Step[];
}

/** A record, and those before it whose every word it overwrites. */
export interface Step {
  readonly state: State;
  readonly replaced: readonly State[];
}

/**
 * Plans the records of one key, so that the row becomes what it would by each of them alone: a record that is not newer than one
 * before it changes nothing, and of the others only those are written that the next ones do not wholly replace.
 *
 * @param ranks of the records, see {@link Compared}
 */
export function planOf(
  records: readonly State[],
  ranks: readonly number[],
  { key, columns, states }: StatesTable,
): Plan {
  const { update, tombstones } = states;
  // Some columns are written by the record that makes the row, and by no later one.
  const isLimited = update.length + key.length < columns.length;
  const isRemoval = ({ isTombstone }: State) => isTombstone && tombstones === 'delete';
  const stale: State[] = [];
  const steps: Step[] = [];
  let newest = 0;
  for (const [at, state] of records.entries()) {
    const rank = ranks[at] as number;
    // One that is as new as one before it is there, as soon as that one is.
    if (rank < newest) stale.push(state);
    else if (rank > newest) {
      newest = rank;
      const removes = isRemoval(state);
      const replaced: State[] = [];
      for (let last = steps.at(-1); last && (removes || replaces(state, last.state)); ) {
        if (!removes && isLimited && creates(steps.at(-2))) break;
        replaced.push(...last.replaced, last.state);
        steps.pop();
        last = steps.at(-1);
      }
      steps.push({ state, replaced });
    }
  }
  return { stale, steps };

  /** Whether the step behind this one makes the row. */
  function creates(before: Step | undefined): boolean {
    return before === undefined || isRemoval(before.state);
  }

  /** A row that was removed between them is another one. */
  function replaces(state: State, before: State): boolean {
    if (isRemoval(before)) return false;
    return state.absent.every((column) => before.absent.includes(column));
  }
}

/** The records that have a key in common, in their order; keys in the order of their first. */
export function groupsOf(compared: readonly Compared[]): readonly (readonly number[])[] {
  return [...Map.groupBy(compared.keys(), (at) => (compared[at] as Compared).group).values()];
}

/** Steps that can go into one statement each: the n-th ones of their keys, by shape. */
export function statementsOf(plans: readonly Plan[]): readonly (readonly Step[])[] {
  const most = plans.reduce((max, { steps }) => Math.max(max, steps.length), 0);
  return Array.from({ length: most }, (_, at) =>
    plans.flatMap(({ steps }) => steps[at] ?? []),
  ).flatMap((layer) => [...Map.groupBy(layer, ({ state }) => shapeOf(state)).values()]);
}
