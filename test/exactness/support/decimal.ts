type Reviver = (name: string, value: unknown, context: { readonly source: string }) => unknown;

const NUMBER = /^(-?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

/** A decimal number in one of the many forms that are equal by value. NaN and the like stay. */
export function decimal(text: string): string {
  const [found, sign = '', whole = '', fraction = '', exponent = '0'] = NUMBER.exec(text) ?? [];
  if (found === undefined) return text;
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  const power = Number(exponent) - fraction.length + digits.length - significant.length;
  return `${sign}${significant}e${power}`;
}

/** JSON in one form for all that is equal by value: numbers at full precision, fields in the order of their names. */
export function canonicalJson(text: string): string {
  const markNumbers: Reviver = (_, value, { source }) =>
    typeof value === 'number' ? { number: decimal(source) } : sorted(value);
  return JSON.stringify(JSON.parse(text, markNumbers as () => unknown));
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
}
