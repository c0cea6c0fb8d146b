/**
 * How the table's type takes the sink's values: `whole`, every one; `narrow`, those that fit, and PostgreSQL refuses the
 * others; `changed`, in another form, rounded, cut or padded, and by COPY not as by INSERT.
 */
export type Fit = 'whole' | 'narrow' | 'changed';

/** Two types, by their names in the catalog: that of an array begins with `_`. */
interface Types {
  readonly from: string;
  readonly to: string;
  /** Whether they are one type, which may be a domain. */
  readonly same: boolean;
  /** Of the column; null where it has none that can be written as numbers. */
  readonly limit: string | null;
  /** Whether the column's type has any modifier. */
  readonly modified: boolean;
}

/**
 * Types whose values the ones behind them hold too, in their order. Not among them: `json` and `jsonb`, which keep another
 * text; `real`, which as a `double precision` is another number by INSERT than by COPY; arrays, which PostgreSQL does not
 * compare with those of another type, so that no conflict is found.
 */
const WIDER: readonly (readonly string[])[] = [
  ['int2', 'int4', 'int8', 'numeric'],
  ['text', 'varchar'],
  ['varchar', 'text'],
];

/** Whole numbers, and the digits that they can have. */
const INTEGERS: Readonly<Record<string, string>> = { int2: '5,0', int4: '10,0', int8: '19,0' };

/** Types that round to their precision. `interval` has fields that it leaves out, too. */
const ROUNDS = /^_?(?:time|timetz|timestamp|timestamptz|interval)$/;
/** Types that pad a value to their length, or are cut by a cast. */
export const RESIZES = /^_?(?:bpchar|bit)$/;
const DECIMAL = /^_?numeric$/;

/** @param wanted the limit of the definition */
export function fitOf(wanted: string | undefined, { from, to, same, limit, modified }: Types): Fit {
  const wider = WIDER.some((types) => {
    const at = types.indexOf(from);
    return at >= 0 && types.indexOf(to) > at;
  });
  if (!same && !wider) return from in INTEGERS && to in INTEGERS ? 'narrow' : 'changed';
  if (!modified) return 'whole';
  const least = wanted ?? INTEGERS[from];
  if (DECIMAL.test(to)) return fitOfDecimal(least, limit ?? '');
  if (limit !== null && limit === least) return RESIZES.test(to) ? 'changed' : 'whole';
  if (ROUNDS.test(to) || RESIZES.test(to)) return 'changed';
  return least !== undefined && Number(limit) >= Number(least) ? 'whole' : 'narrow';
}

/** A number with more digits before the point is refused; one with more behind it is rounded. */
function fitOfDecimal(wanted: string | undefined, limit: string): Fit {
  if (wanted === undefined) return 'changed';
  const [[precision = 0, scale = 0] = [], [least = 0, leastScale = 0] = []] = [limit, wanted].map(
    (one) => one.split(',').map(Number),
  );
  if (scale < leastScale) return 'changed';
  return precision - scale >= least - leastScale ? 'whole' : 'narrow';
}
