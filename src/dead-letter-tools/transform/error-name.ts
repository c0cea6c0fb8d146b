/** What may be shown of an error of the user's code. Its message may quote data; a name is a word of the program's. */
export function errorName(error: unknown): string {
  const name = error instanceof Error ? error.name : `a ${typeof error}`;
  return /^(a )?\w{1,64}$/.test(name) ? name : 'an error';
}
