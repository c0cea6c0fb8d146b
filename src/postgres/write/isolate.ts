/** What became of the items: each is in one of the three lists. */
export interface Isolated<T, R> {
  readonly done: readonly T[];
  readonly offenders: readonly { readonly item: T; readonly refusal: R }[];
  /** Not reached, because of an error. */
  readonly rest: readonly T[];
  readonly error?: unknown;
}

/**
 * The part of a refused chunk that is tried next. Half would take the fewest operations, but the failed ones cost too,
 * and by their length: for 100 offenders in 10,000 rows a half sent 52,000 rows, a quarter sends 40,000 in as many
 * statements, and an eighth sends 36,000 in a quarter more.
 */
const PART = 4;

/**
 * Finds the items that make an all-or-nothing operation refuse the chunks they are in, and does all the others.
 *
 * The whole is tried first. A chunk that is refused holds an offender: its first quarter is tried, and so on, until a
 * single item is refused. Behind that offender the next chunk is as long as offenders were apart so far, which is the
 * best guess of how far the next one is; a chunk that is done doubles the next. That takes O(k log n) operations for k
 * offenders among n items, and sends most items only a few times; bisecting the whole sends each log n times.
 *
 * @param attempt does a chunk, or returns why it was refused; what it throws ends the work
 * @param refused whether the whole was tried already, and refused
 */
export async function isolate<T, R extends object>(
  items: readonly T[],
  attempt: (chunk: readonly T[]) => Promise<R | null>,
  refused = false,
): Promise<Isolated<T, R>> {
  const done: T[] = [];
  const offenders: { item: T; refusal: R }[] = [];
  let position = 0;
  let stride = items.length;
  /** The end of a chunk that was refused and whose offender is not found yet. */
  let suspect: number | null = refused ? items.length : null;
  while (position < items.length) {
    const length = suspect === null ? stride : Math.ceil((suspect - position) / PART);
    const chunk = items.slice(position, position + length);
    let refusal: R | null;
    try {
      refusal = await attempt(chunk);
    } catch (error) {
      return { done, offenders, rest: items.slice(position), error };
    }
    if (refusal === null) {
      for (const item of chunk) done.push(item);
      position += chunk.length;
      if (suspect === null) stride *= 2;
      // Whatever refused the chunk before is gone.
      else if (position === suspect) suspect = null;
    } else if (chunk.length > 1) {
      suspect = position + chunk.length;
    } else {
      for (const item of chunk) offenders.push({ item, refusal });
      position += 1;
      suspect = null;
      stride = Math.max(1, Math.round(position / offenders.length));
    }
  }
  return { done, offenders, rest: [] };
}
