/** Draws values as bars, from the largest to the smallest, as SVG. */
export function bars(
  title: string,
  values: readonly { readonly name: string; readonly value: number }[],
): string {
  const sorted = values.toSorted((a, b) => b.value - a.value);
  const most = sorted[0]?.value ?? 1;
  const drawn = sorted.map(({ name, value }, index) => {
    const y = TOP + index * STEP;
    const width = Math.round((value / most) * LONGEST);
    const label = Math.round(value).toLocaleString('en');
    return `<text x="${LEFT - 10}" y="${y + 16}" text-anchor="end">${name}</text><rect x="${LEFT}" y="${y}" width="${width}" height="22" fill="#0b6e4f"/><text x="${LEFT + width + 8}" y="${y + 16}">${label}</text>`;
  });
  const height = TOP + sorted.length * STEP + 10;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="#fff"/><text x="20" y="22" font-size="15">${title}</text>${drawn.join('')}</svg>\n`;
}

const WIDTH = 720;
const LEFT = 230;
const TOP = 40;
const STEP = 30;
const LONGEST = 410;
