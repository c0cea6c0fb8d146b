/** A line of a plot. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

const WIDTH = 720;
const HEIGHT = 420;
const MARGIN = { top: 40, right: 190, bottom: 50, left: 70 } as const;
const COLOURS = ['#0b6e4f', '#c1121f', '#1d4ed8', '#b45309', '#7e22ce', '#0e7490', '#525252'];

/** Draws lines over two axes, as SVG. */
export function plot(
  title: string,
  xName: string,
  yName: string,
  lines: readonly Series[],
  scale: 'logarithmic' | 'linear' = 'logarithmic',
): string {
  const all = lines.flatMap(({ points }) => points);
  const axis = scale === 'linear' ? linear : logarithmic;
  const x = axis(
    all.map(([value]) => value),
    MARGIN.left,
    WIDTH - MARGIN.right,
  );
  const y = axis(
    all.map(([, value]) => value),
    HEIGHT - MARGIN.bottom,
    MARGIN.top,
  );
  const ticks = [
    ...x.ticks.map(
      (tick) =>
        `<line x1="${x.at(tick)}" y1="${MARGIN.top}" x2="${x.at(tick)}" y2="${HEIGHT - MARGIN.bottom}" stroke="#ddd"/><text x="${x.at(tick)}" y="${HEIGHT - 30}" text-anchor="middle">${label(tick)}</text>`,
    ),
    ...y.ticks.map(
      (tick) =>
        `<line x1="${MARGIN.left}" y1="${y.at(tick)}" x2="${WIDTH - MARGIN.right}" y2="${y.at(tick)}" stroke="#ddd"/><text x="${MARGIN.left - 8}" y="${y.at(tick) + 4}" text-anchor="end">${label(tick)}</text>`,
    ),
  ];
  const drawn = lines.map(({ name, points }, index) => {
    const colour = COLOURS[index % COLOURS.length];
    const path = points.map(([px, py]) => `${x.at(px)},${y.at(py)}`).join(' ');
    const top = MARGIN.top + 18 * index;
    return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/><text x="${WIDTH - MARGIN.right + 12}" y="${top + 8}" fill="${colour}">${name}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="#fff"/><text x="${MARGIN.left}" y="22" font-size="15">${title}</text>${[...ticks, ...drawn].join('')}<text x="${(MARGIN.left + WIDTH - MARGIN.right) / 2}" y="${HEIGHT - 8}" text-anchor="middle">${xName}</text><text transform="translate(16 ${HEIGHT / 2}) rotate(-90)" text-anchor="middle">${yName}</text></svg>\n`;
}

/** An axis over whole powers of ten. */
function logarithmic(values: readonly number[], from: number, to: number) {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  return {
    ticks: Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index)),
    at: (value: number) => round(from + ((Math.log10(value) - low) / (high - low)) * (to - from)),
  };
}

/** An axis from 0 on, with up to ten ticks. */
function linear(values: readonly number[], from: number, to: number) {
  const most = Math.max(1, ...values);
  const power = 10 ** Math.floor(Math.log10(most));
  const step = most / power < 2 ? power / 5 : most / power < 5 ? power / 2 : power;
  const high = Math.ceil(most / step) * step;
  return {
    ticks: Array.from({ length: Math.round(high / step) + 1 }, (_, index) => index * step),
    at: (value: number) => round(from + (value / high) * (to - from)),
  };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function label(value: number): string {
  return value >= 1 || value === 0
    ? value.toLocaleString('en')
    : String(Number(value.toPrecision(1)));
}
