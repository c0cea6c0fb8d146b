/** One JSON document for machines, with offsets as text: JSON's numbers do not hold them all. */
export function toJson(value: unknown): string {
  const exact = (_: string, one: unknown) => (typeof one === 'bigint' ? String(one) : one);
  return JSON.stringify(value, exact, 2);
}
