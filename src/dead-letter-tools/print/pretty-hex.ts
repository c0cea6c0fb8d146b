const WIDTH = 16;

/** Prints bytes as lines: the offset, sixteen bytes in hexadecimal, and the same bytes as printable ASCII. */
export function hexDump(bytes: Buffer): string {
  const lines: string[] = [];
  for (let start = 0; start < bytes.length; start += WIDTH) {
    const row = bytes.subarray(start, start + WIDTH);
    const digits = Array.from(row, (byte) => byte.toString(16).padStart(2, '0'));
    const left = digits.slice(0, WIDTH / 2).join(' ');
    const right = digits.slice(WIDTH / 2).join(' ');
    const text = row.toString('latin1').replace(/[^\x20-\x7e]/g, '.');
    const offset = start.toString(16).padStart(8, '0');
    lines.push(`${offset}  ${left.padEnd(23)}  ${right.padEnd(23)}  |${text}|`);
  }
  return lines.join('\n');
}
