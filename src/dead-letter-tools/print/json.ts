/** One JSON document for programs. Offsets are text, as JSON's numbers cannot represent all of them. */
export function toJson(value: unknown): string {
  const exact = (_: string, one: unknown) => (typeof one === 'bigint' ? String(one) : one);
  return JSON.stringify(value, exact, 2);
}
