/** Says what an option must be; null when it is that. */
export type OptionRule = (value: unknown) => string | null;

const rule =
  (allows: (value: unknown) => boolean, must: string): OptionRule =>
  (value) =>
    allows(value) ? null : must;

export const flag = rule((value) => typeof value === 'boolean', 'must be true or false');

export const wholeNumber = (min: number, max: number) =>
  rule(
    (value) => Number.isInteger(value) && (value as number) >= min && (value as number) <= max,
    `must be a whole number from ${min} to ${max}`,
  );

export const oneOf = (...values: readonly string[]) =>
  rule((value) => values.includes(value as string), `must be ${orList(values)}`);

function orList(values: readonly string[]): string {
  const quoted = values.map((value) => `'${value}'`);
  return [quoted.slice(0, -1).join(', '), ...quoted.slice(-1)].filter(Boolean).join(' or ');
}

const PART = '(?:[\\p{L}_][\\p{L}\\p{N}_$]*|"(?:[^"\\0]|"")+")';
const TYPE_NAME = new RegExp(`^${PART}(?:\\.${PART})?$`, 'u');

export const typeName = rule(
  (value) => typeof value === 'string' && TYPE_NAME.test(value),
  "must be the name of a type, such as 'ltree' or 'shop.order_status', without a length",
);

export const labels = rule(
  (value) =>
    Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string'),
  'must be a list of strings',
);

const PLAIN_NAME = /^[a-z_][a-z0-9_]*$/;
/** Words of SQL that are no names. https://www.postgresql.org/docs/current/sql-keywords-appendix.html */
const RESERVED = new Set(
  (
    'all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create ' +
    'current_catalog current_date current_role current_time current_timestamp current_user default deferrable desc ' +
    'distinct do else end except false fetch for foreign from grant group having in initially intersect into lateral ' +
    'leading limit localtime localtimestamp not null offset on only or order placing primary references returning ' +
    'select session_user some symmetric system_user table then to trailing true union unique user using variadic when ' +
    'where window with'
  ).split(' '),
);

/** A name of one part as SQL, quoted where it must be. */
export function quoted(name: string): string {
  return PLAIN_NAME.test(name) && !RESERVED.has(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** A type's name as SQL: quoted where it must be, or where it is written in quotes. */
export function quotedType(name: string): string {
  return name
    .split(/\.(?=(?:[^"]*"[^"]*")*[^"]*$)/)
    .map((part) => (part.startsWith('"') ? part : quoted(part)))
    .join('.');
}
