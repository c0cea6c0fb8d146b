/**
 * Reads a table of a Markdown file.
 *
 * @param columns its heading, which says which table is meant: `['write', 'not']`
 * @returns its rows, each with a text for each column; a `|` in a text is written `\|`
 * @throws {Error} if the file has no such table
 */
export function readTable(markdown: string, columns: readonly string[]): string[][] {
  const lines = markdown.split('\n');
  const heading = `| ${columns.join(' | ')} |`;
  const first = lines.indexOf(heading) + 2;
  if (first === 1) throw new Error(`No table begins with "${heading}".`);
  const after = lines.findIndex((line, index) => index >= first && !line.startsWith('|'));
  return lines.slice(first, after < 0 ? undefined : after).map(toCells);
}

function toCells(line: string): string[] {
  const cells = line.split(/(?<!\\)\|/).slice(1, -1);
  return cells.map((cell) => cell.trim().replaceAll('\\|', '|'));
}
