import type { DeadLetter } from '../../dead-letter/write-dead-letter.ts';
import { isObject } from '../../record/guards.ts';
import type { Message } from '../queue/queue-client.ts';
import { type OnFailure, readOnFailure } from './on-failure.ts';

/** What a message of a queue is. */
export type Reading =
  | DeadLetterReading
  | OnFailureReading
  /** A dead letter of another version of the sink, which may use the same fields with another meaning. */
  | { readonly kind: 'unknown-version'; readonly version: string; readonly message: Message }
  /** Anything else. No command changes it. */
  | { readonly kind: 'foreign'; readonly message: Message };

export interface DeadLetterReading {
  readonly kind: 'dead-letter';
  readonly deadLetter: DeadLetter;
  /** Failed attempts to replay it. */
  readonly attempts: number;
  readonly message: Message;
}

export interface OnFailureReading {
  readonly kind: 'on-failure';
  readonly onFailure: OnFailure;
  readonly message: Message;
}

/** The message attribute that counts failed attempts to replay a dead letter. */
export const ATTEMPTS = 'replayAttempts';

/** Tells what a message is. Ignores unknown fields, and checks the others: anybody may have sent the message. */
export function readMessage(message: Message): Reading {
  const foreign = { kind: 'foreign', message } as const;
  let body: unknown;
  try {
    body = JSON.parse(message.body);
  } catch {
    return foreign;
  }
  if (!isObject(body)) return foreign;
  const onFailure = readOnFailure(body);
  if (onFailure) return { kind: 'on-failure', onFailure, message };
  if (!('version' in body && 'reason' in body && isObject(body.record))) return foreign;
  if (body.version !== 1)
    return { kind: 'unknown-version', version: versionOf(body.version), message };
  const deadLetter = readDeadLetter(body);
  if (!deadLetter) return foreign;
  return { kind: 'dead-letter', deadLetter, attempts: attemptsOf(message), message };
}

function versionOf(version: unknown): string {
  return typeof version === 'number' || typeof version === 'string'
    ? String(version).slice(0, 20)
    : 'none';
}

/** @returns null when a field is missing or of another type */
function readDeadLetter(body: Readonly<Record<string, unknown>>): DeadLetter | null {
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
    ...(body as unknown as DeadLetter),
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
