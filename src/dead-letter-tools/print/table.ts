const number = new Intl.NumberFormat('en-US');

export function formatCount(count: number): string {
  return number.format(count);
}

/** `1 message`, `2 messages`. */
export function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** A table for a person. The first column holds numbers and is right-aligned; the last one is not padded. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0
            ? cell.padStart(widths[0] ?? 0)
            : column === row.length - 1
              ? cell
              : cell.padEnd(widths[column] ?? 0),
        )
        .join('  '),
    )
    .map((line) => `  ${line}`)
    .join('\n');
}
