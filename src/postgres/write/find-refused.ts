import { isRefusal, StoreError } from '../../record/errors.ts';
import type { Blame } from './blame.ts';
import { isolate } from './isolate.ts';
import { type Refusal, refusal } from './judge/judgements.ts';
import type { Inserted } from './table-insert.ts';

export interface Named<T> {
  readonly item: T;
  readonly refusal: Refusal;
}

/** What became of rows: each is in one of the lists. */
export interface Found<T> {
  /** How many were not there before. */
  readonly inserted: number;
  /** Those that are in the table, by now or before. */
  readonly done: readonly T[];
  /** By PostgreSQL, for what is in the row. */
  readonly refused: readonly Named<T>[];
  /** Refused alone, with an error that is not the doing of the row. */
  readonly unexplained: readonly { readonly item: T; readonly error: StoreError }[];
  /** Not reached, because of an error. */
  readonly rest: readonly T[];
  readonly error?: unknown;
}

/** Whether the table takes rows at present: the one that it took last was tried again. Perhaps, where that proves too little. */
export type Takes = 'yes' | 'no' | 'perhaps';

/** In which order rows are tried. */
export interface Orders<T> {
  /** Within a statement. */
  inStatement(items: readonly T[]): readonly T[];
  /** In a search, which tries few at a time. */
  inSearch(items: readonly T[]): readonly T[];
}

const asTheyCome = <T>(items: readonly T[]): readonly T[] => items;

/** Rows that are tried alone to see whether the table takes any. */
const PROBES = 10;
/** Statements, one after another, by which the same row must be inserted again. */
const MAX_ROUNDS = 5;

/**
 * Inserts rows, and finds those that PostgreSQL refuses. Those that can be judged beforehand are named by the statement that
 * inserts the others. The rest is searched for by statements that fail.
 *
 * Where nothing at all can be inserted, the deployment is at fault, and no record (promise P4); where other rows can, the
 * record is, whatever the SQLSTATE (promise P3). So the row that the table took last is tried again; where that proves too
 * little, a few are tried alone before such rows are searched for: other ones with each delivery, as the first of an order
 * can all be refused.
 *
 * @param insert throws a `StoreError` for a row that it cannot name
 * @param blame whose fault a refusal is
 * @param takes whether the table takes rows at present
 * @param takesLately whether it has taken a row within the last minutes
 * @param tookOthers whether it has just taken other rows of the batch
 */
export async function findRefused<T>(
  items: readonly T[],
  insert: (some: readonly T[]) => Promise<Inserted>,
  blame: (refusal: StoreError) => Promise<Blame>,
  takes: () => Promise<Takes>,
  takesLately: () => boolean,
  tookOthers = false,
  { inStatement, inSearch }: Orders<T> = { inStatement: asTheyCome, inSearch: asTheyCome },
): Promise<Found<T>> {
  let inserted = 0;
  const named = new Map<T, Refusal>();
  const alone = new Map<T, StoreError>();
  const done = new Set<T>();
  const isOpen = (item: T) => !(named.has(item) || alone.has(item) || done.has(item));

  /** @returns the refusal of a row that is not known; null when all are inserted or named */
  async function attempt(some: readonly T[]): Promise<StoreError | null> {
    try {
      // What was named stays refused: a rule that is gone by now would have it in two lists.
      let left = inStatement(some.filter((item) => !named.has(item)));
      for (let round = 0; left.length > 0; round += 1) {
        if (round === MAX_ROUNDS) return UNEXPLAINED;
        const asked = left;
        const outcome = await insert(asked);
        inserted += outcome.inserted;
        for (const [place, refusal] of outcome.refused) named.set(asked[place] as T, refusal);
        left = outcome.again.map((place) => asked[place] as T);
        const open = new Set(left);
        for (const item of asked) if (!(open.has(item) || named.has(item))) done.add(item);
      }
      return null;
    } catch (error) {
      if (isRefusal(error)) return error;
      throw error;
    }
  }

  /**
   * Until all of them are tried, nothing is known of those that are refused: the time can be over in between.
   *
   * @returns whether the table takes a row, or may: what refuses one is nothing that all meet alike
   */
  async function probe(): Promise<boolean> {
    const open = items.filter(isOpen);
    const some = sample(open);
    const tried = new Map<T, StoreError>();
    for (const item of some) {
      const refused = await attempt([item]);
      if (refused) tried.set(item, refused);
    }
    const takesSome = tried.size < some.length || some.length === open.length;
    if (takesSome) for (const [item, refused] of tried) alone.set(item, refused);
    return takesSome;
  }

  async function isRecords(fault: Blame, tookSome: () => boolean): Promise<boolean> {
    if (fault !== 'perhaps-record') return fault === 'record';
    const now = await takes();
    return now === 'yes' || (now === 'perhaps' && tookSome());
  }

  let error: unknown;
  try {
    const first = await attempt(items);
    if (first) {
      if (items.length > 1) {
        const isProven = await isRecords(await blame(first), () => tookOthers);
        if (!isProven && !(await probe())) throw first;
      }
      const open = items.filter(isOpen);
      const isWhole = open.length === items.length;
      const { offenders, error } = await isolate(inSearch(open), attempt, isWhole);
      for (const { item, refusal } of offenders) alone.set(item, refusal);
      if (error) throw error;
    }
  } catch (failure) {
    error = failure;
  }
  const tookSome = () => tookOthers || inserted > 0 || (alone.size <= PROBES && takesLately());
  const refused: { item: T; refusal: Refusal }[] = [];
  const unexplained: { item: T; error: StoreError }[] = [];
  /** One answer for all of them. */
  let isPerhaps: Promise<boolean> | undefined;
  for (const [item, first] of alone) {
    let latest = first;
    let fault = await blame(first);
    if (fault === 'perhaps-record') {
      isPerhaps ??= isRecords(fault, tookSome);
      fault = 'deployment';
      if (await isPerhaps) {
        // That the table takes rows by now says nothing of one that it refused before.
        const again = await attempt([item]).catch(() => undefined);
        if (again === null) continue;
        if (again && (await blame(again)) !== 'deployment') fault = 'record';
        latest = again ?? first;
      }
    }
    if (fault === 'record')
      refused.push({ item, refusal: refusal(latest.code, latest.constraint) });
    else unexplained.push({ item, error: latest });
  }
  for (const [item, refusal] of named) refused.push({ item, refusal });
  const isWhole = alone.size === 0 && done.size + named.size === items.length;
  const rest = isWhole ? [] : items.filter(isOpen);
  return { inserted, done: [...done], refused, unexplained, rest, error };
}

const UNEXPLAINED = new StoreError(
  'deployment',
  'PostgreSQL passes over a row, and does not say why.',
  null,
  null,
);

function sample<T>(items: readonly T[]): readonly T[] {
  const left = [...items];
  const taken: T[] = [];
  while (taken.length < PROBES && left.length > 0)
    taken.push(...left.splice(Math.floor(Math.random() * left.length), 1));
  return taken;
}
