/** Names and values as TypeScript, and comments that stay comments whatever is in them. */

const SHORTEST = /^[A-Za-z_$][\w$]*$/;

/** A string, in single quotes. */
export function quoted(text: string): string {
  const inner = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${inner}'`;
}

/** The name of a property: in quotes where it must be. `__proto__` is a name like any other in brackets alone. */
export function property(name: string): string {
  if (name === '__proto__') return `['__proto__']`;
  return SHORTEST.test(name) ? name : quoted(name);
}

const WIDTH = 100;

/** A comment in as many lines as it needs, each with its indentation. */
export function comment(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  // Line breaks of an expression must not end the comment.
  for (const word of text.split(/[\s\u2028\u2029]+/).filter(Boolean)) {
    if (line !== '' && `${indent}// ${line} ${word}`.length > WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((one) => `${indent}// ${one}`);
}

/** An expression of SQL for a comment. */
export function shortened(sql: string, most = 80): string {
  const flat = sql.replace(/\s+/g, ' ');
  return flat.length > most ? `${flat.slice(0, most)}…` : flat;
}

/** `a`, `a and b`, `a, b and c`. */
export function list(names: readonly string[]): string {
  return [names.slice(0, -1).join(', '), ...names.slice(-1)].filter(Boolean).join(' and ');
}
