import { REJECTION_REASONS } from '../../record/fates.ts';
import type { Reading } from './read-message.ts';

/** The values of `--reason`: why a record was dead-lettered, or `on-failure` for Lambda's on-failure messages. */
export const REASONS = [...REJECTION_REASONS, 'on-failure'] as const;

/** Which messages a command works on. */
export interface Selection {
  readonly reason: string | null;
  /** Records that failed at this moment or later, in milliseconds since 1970; null for no limit. */
  readonly since: number | null;
  /** Records that failed before this moment; null for no limit. */
  readonly until: number | null;
}

/** The reason that a message gives; null when it gives none. */
function reasonOf(reading: Reading): string | null {
  if (reading.kind === 'dead-letter') return reading.deadLetter.reason;
  return reading.kind === 'on-failure' ? reading.kind : null;
}

/** When the record or the batch failed, in milliseconds since 1970; when the message does not say, its sending time. */
export function timeOf(reading: Reading): number {
  const time = Date.parse(failedAtOf(reading));
  return Number.isNaN(time) ? reading.message.sentAt : time;
}

function failedAtOf(reading: Reading): string {
  if (reading.kind === 'dead-letter') return reading.deadLetter.failedAt;
  return reading.kind === 'on-failure' ? reading.onFailure.timestamp : '';
}

export function isSelected(reading: Reading, { reason, since, until }: Selection): boolean {
  if (reason !== null && reasonOf(reading) !== reason) return false;
  const time = timeOf(reading);
  return (since === null || time >= since) && (until === null || time < until);
}

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Reads a moment: ISO 8601 with an offset, or an age such as `90m`, `2h` or `3d`.
 *
 * @param now milliseconds since 1970
 * @returns milliseconds since 1970; null when it is neither
 */
export function readMoment(text: string, now: number): number | null {
  const [, amount, unit = ''] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  if (amount !== undefined) return now - Number(amount) * (UNITS[unit] ?? 0);
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text)) return null;
  const time = Date.parse(text);
  return Number.isNaN(time) ? null : time;
}
