/** Strings, punctuation, and what is between: numbers, true, false, null. */
const TOKENS = /"(?:[^"\\]+|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g;

/** Splits JSON as it is written: numbers keep all their digits, and repeated names stay repeated. */
export function tokensOf(json: string): string[] {
  return json.match(TOKENS) ?? [];
}

/** @returns the index after the value that begins at `start` */
export function endOf(tokens: readonly string[], start: number): number {
  let depth = 0;
  let at = start;
  do {
    const token = tokens[at] ?? '';
    if (token === '{' || token === '[') depth += 1;
    if (token === '}' || token === ']') depth -= 1;
    at += 1;
  } while (depth > 0);
  return at;
}

/** Whether a text is JSON of an object or an array. */
export function isJson(text: string): boolean {
  if (!/^\s*[{[]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
