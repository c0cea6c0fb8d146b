import { type Encode, Invalid } from '../invalid.ts';
import { text } from './text.ts';

/** @param values that the enum has; without them any text, which PostgreSQL judges */
export function label(values?: readonly string[]): Encode {
  if (!values) return text(0, Number.POSITIVE_INFINITY, false);
  const known = new Set<unknown>(values);
  const unknown = new Invalid(`not one of ${values.map((value) => `"${value}"`).join(', ')}`);
  return (value) => (known.has(value) ? (value as string) : unknown);
}
