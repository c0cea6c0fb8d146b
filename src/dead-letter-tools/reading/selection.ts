import { REJECTION_REASONS } from '../../record/fates.ts';
import type { Reading } from './read-message.ts';

/** What `--reason` accepts: why a record was dead-lettered, or Lambda's notes of batches that it gave up. */
export const REASONS = [...REJECTION_REASONS, 'on-failure'] as const;

/** Which messages are meant. */
export interface Selection {
  readonly reason: string | null;
  /** When the record was dead-lettered, in milliseconds since 1970, this moment included; null: whenever. */
  readonly since: number | null;
  /** The same, this moment not included. */
  readonly until: number | null;
}

export const EVERYTHING: Selection = { reason: null, since: null, until: null };

/** The reason that a message gives; null where it gives none that is known. */
export function reasonOf(reading: Reading): string | null {
  if (reading.kind === 'letter') return reading.letter.reason;
  return reading.kind === 'on-failure' ? reading.kind : null;
}

/** When a record failed, in milliseconds since 1970; where the message does not tell, when it was sent. */
export function timeOf(reading: Reading): number {
  const told =
    reading.kind === 'letter'
      ? reading.letter.failedAt
      : reading.kind === 'on-failure'
        ? reading.notice.timestamp
        : '';
  const time = Date.parse(told);
  return Number.isNaN(time) ? reading.message.sentAt : time;
}

/** Whether a message is meant. */
export function isSelected(reading: Reading, { reason, since, until }: Selection): boolean {
  if (reason !== null && reasonOf(reading) !== reason) return false;
  const time = timeOf(reading);
  return (since === null || time >= since) && (until === null || time < until);
}

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Reads a moment: ISO 8601 with an offset, or how long ago it is, as `90m`, `2h`, `3d`.
 *
 * @param now milliseconds since 1970
 * @returns milliseconds since 1970; null where it is neither
 */
export function readMoment(text: string, now: number): number | null {
  const [, amount, unit = ''] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  if (amount !== undefined) return now - Number(amount) * (UNITS[unit] ?? 0);
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text)) return null;
  const time = Date.parse(text);
  return Number.isNaN(time) ? null : time;
}
