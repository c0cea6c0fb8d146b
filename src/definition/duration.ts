const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** As a definition writes it: `30s`, `10m`, `2h`, `1d`. */
export const DURATION = /^([1-9]\d{0,5})([smhd])$/;

/** @returns milliseconds; null when it is no duration */
export function durationOf(text: unknown): number | null {
  const [, count, unit = ''] = (typeof text === 'string' && DURATION.exec(text)) || [];
  return count === undefined ? null : Number(count) * (UNITS[unit] as number);
}
