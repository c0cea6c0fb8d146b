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
  /** The topic of their records; null for any. */
  readonly topic: string | null;
  /** Coordinates of records, such as `notifications-0@42`, and ids of SQS messages; null for all. */
  readonly ids: ReadonlySet<string> | null;
}

/** Whether it may leave messages out. */
export function isNarrow(selection: Selection): boolean {
  return Object.values(selection).some((value) => value !== null);
}

/** What a message can be asked for by. */
export function idsOf(reading: Reading): string[] {
  const { id } = reading.message;
  return reading.kind === 'dead-letter' ? [id, reading.deadLetter.id] : [id];
}

/** An on-failure message is replayed as a whole, so all its records must be of the topic. Lambda's mappings have one. */
function isOfTopic(reading: Reading, topic: string): boolean {
  if (reading.kind === 'dead-letter') return reading.deadLetter.record.topic === topic;
  return (
    reading.kind === 'on-failure' &&
    reading.onFailure.ranges.every((range) => range.topic === topic)
  );
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

export function isSelected(reading: Reading, selection: Selection): boolean {
  const { reason, since, until, topic, ids } = selection;
  if (reason !== null && reasonOf(reading) !== reason) return false;
  if (topic !== null && !isOfTopic(reading, topic)) return false;
  if (ids !== null && !idsOf(reading).some((id) => ids.has(id))) return false;
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
