import type { Letter } from '../../dead-letter/message.ts';
import { isObject } from '../../record/guards.ts';
import type { Message } from '../queue/queue-client.ts';
import { type OnFailure, readOnFailure } from './on-failure.ts';

/** What a message of a queue is. */
export type Reading =
  | LetterReading
  | { readonly kind: 'on-failure'; readonly notice: OnFailure; readonly message: Message }
  /** A letter of another version of the sink, which may mean other things by the same words. */
  | { readonly kind: 'unknown-version'; readonly version: string; readonly message: Message }
  /** Nobody knows what it is; it is left alone. */
  | { readonly kind: 'foreign'; readonly message: Message };

export interface LetterReading {
  readonly kind: 'letter';
  readonly letter: Letter;
  /** How often its replay was tried in vain. */
  readonly attempts: number;
  readonly message: Message;
}

/** The message attribute that counts how often a letter's replay was tried in vain. */
export const ATTEMPTS = 'replayAttempts';

/**
 * Tells what a message is. Fields that are not known are ignored; those that are needed are checked, for anybody may have
 * sent the message.
 */
export function readMessage(message: Message): Reading {
  const foreign = { kind: 'foreign', message } as const;
  let body: unknown;
  try {
    body = JSON.parse(message.body);
  } catch {
    return foreign;
  }
  if (!isObject(body)) return foreign;
  const notice = readOnFailure(body);
  if (notice) return { kind: 'on-failure', notice, message };
  if (!('version' in body && 'reason' in body && isObject(body.record))) return foreign;
  if (body.version !== 1) return { kind: 'unknown-version', version: shown(body.version), message };
  const letter = readLetter(body);
  return letter ? { kind: 'letter', letter, attempts: attemptsOf(message), message } : foreign;
}

function shown(version: unknown): string {
  return typeof version === 'number' || typeof version === 'string'
    ? String(version).slice(0, 20)
    : 'none';
}

/** The letter with all fields of their types; null where it lacks one. */
function readLetter(body: Readonly<Record<string, unknown>>): Letter | null {
  const { id, reason, message, details, record, failedAt, sinkVersion } = body;
  const texts = [id, reason, message, failedAt, sinkVersion].every(
    (one) => typeof one === 'string',
  );
  if (!texts || !isObject(record) || Number.isNaN(Date.parse(failedAt as string))) return null;
  if (!Array.isArray(record.headers) || !record.headers.every(isHeader)) return null;
  if (![record.topic, record.key, record.value].every(isTextOrNull)) return null;
  if (![record.partition, record.offset, record.timestamp].every(isNumberOrNull)) return null;
  if (!isTextOrNull(record.timestampType)) return null;
  const known = isObject(details) ? details : {};
  return {
    ...(body as unknown as Letter),
    details: {
      sqlstate: typeof known.sqlstate === 'string' ? known.sqlstate : null,
      constraint: typeof known.constraint === 'string' ? known.constraint : null,
      issues: Array.isArray(known.issues) ? known.issues.filter(isIssue) : [],
    },
    valueOmitted: body.valueOmitted === true,
    source: typeof body.source === 'string' ? body.source : null,
  };
}

const isTextOrNull = (value: unknown) => value === null || typeof value === 'string';
const isNumberOrNull = (value: unknown) => value === null || typeof value === 'number';
const isHeader = (value: unknown) =>
  isObject(value) && typeof value.name === 'string' && isTextOrNull(value.value);
const isIssue = (value: unknown) =>
  isObject(value) && typeof value.path === 'string' && typeof value.message === 'string';

function attemptsOf({ attributes }: Message): number {
  const count = Number(attributes[ATTEMPTS]?.StringValue ?? 0);
  return Number.isSafeInteger(count) && count > 0 ? count : 0;
}
