import { isUtf8 } from 'node:buffer';
import { isDeepStrictEqual } from 'node:util';
import type { DeadLetter } from '../../dead-letter/message.ts';
import { decodeBase64 } from '../../record/base64.ts';
import { within } from '../../timing/within.ts';
import { faultOfValue } from './value.ts';

export { loadTransform } from './load.ts';

/**
 * Mends the value of one letter, or drops the letter. It is the default export of a module of the user's, where a comment
 * of JSDoc gives it this type: `@type {import('<here>/transform.ts').Transform}`.
 *
 * @param value the record's value parsed from JSON; a `Uint8Array` where it is not JSON; null for a tombstone. It may be
 *   changed in place, and is to be returned even so
 * @param drop makes what to return where the letter is to be removed and no row stored
 * @returns the mended value, or a promise of it: an object, to be written as JSON, or bytes
 */
export type Transform = (
  value: unknown,
  letter: TransformLetter,
  drop: (reason: string) => Drop,
) => Transformed | Promise<Transformed>;

export type Transformed = Readonly<Record<string, unknown>> | Uint8Array | Drop;

/** What a transform is told about the letter. Null for what a broken record does not have. */
export interface TransformLetter {
  readonly id: string;
  /** Such as `invalid_value`. */
  readonly reason: DeadLetter['reason'];
  /** What was wrong, such as `user_id: not a UUID`. */
  readonly message: string;
  readonly topic: string | null;
  readonly partition: number | null;
  readonly offset: number | null;
  /** Milliseconds since 1970. */
  readonly timestamp: number | null;
  readonly key: Uint8Array | null;
  /** In order; a name can be there more than once. */
  readonly headers: readonly { readonly name: string; readonly value: Uint8Array | null }[];
}

/** The wish to remove a letter. */
export class Drop {
  /** Up to 200 characters, written to the report. */
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/** What became of one letter's value. */
export type Outcome =
  | { readonly kind: 'mended'; readonly value: Buffer }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'dropped'; readonly reason: string }
  /** The transform threw, or returned something else: what, without data (promise P8). */
  | { readonly kind: 'failed'; readonly error: string };

/** For one letter; a transform that asks another service needs some. */
const TIMEOUT_MS = 10_000;
const MAX_REASON_LENGTH = 200;

/**
 * Applies a transform to one letter. Never throws.
 *
 * @param letter what the letter says of its record
 * @param value the record's value as bytes, fetched from Kafka where the letter does not hold it; null for a tombstone
 */
export async function applyTransform(
  transform: Transform,
  letter: Pick<DeadLetter, 'id' | 'reason' | 'message' | 'record'>,
  value: Buffer | null,
): Promise<Outcome> {
  const before = parseValue(value);
  try {
    // A value of its own, as it may be changed in place.
    const result = transform(parseValue(value), describe(letter), (reason) => new Drop(reason));
    const asked = Promise.resolve(result);
    if (!(await within(TIMEOUT_MS, asked)))
      return failed(`it took longer than ${TIMEOUT_MS / 1000} s`);
    return judge(await asked, before);
  } catch (error) {
    // Its message may quote the value.
    return failed(`it threw ${errorName(error)}`);
  }
}

function judge(result: unknown, before: unknown): Outcome {
  if (result instanceof Drop) return judgeDrop(result);
  if (result instanceof Uint8Array) {
    const value = Buffer.from(result);
    return before instanceof Uint8Array && value.equals(before)
      ? { kind: 'unchanged' }
      : { kind: 'mended', value };
  }
  const fault = faultOfValue(result);
  if (fault !== null) return failed(`it returned ${fault}`);
  const json = JSON.stringify(result);
  if (isDeepStrictEqual(JSON.parse(json), before)) return { kind: 'unchanged' };
  return { kind: 'mended', value: Buffer.from(json) };
}

function judgeDrop({ reason }: Drop): Outcome {
  const text: unknown = reason;
  if (typeof text !== 'string' || text.trim() === '' || text.length > MAX_REASON_LENGTH)
    return failed(`it dropped the letter without a reason of 1 to ${MAX_REASON_LENGTH} characters`);
  return { kind: 'dropped', reason: text };
}

function failed(error: string): Outcome {
  return { kind: 'failed', error };
}

/** A name is a word of the programme's; anything else may be data. */
function errorName(error: unknown): string {
  const name = error instanceof Error ? error.name : `a ${typeof error}`;
  return /^(a )?\w{1,64}$/.test(name) ? name : 'an error';
}

function parseValue(value: Buffer | null): unknown {
  if (value === null) return null;
  try {
    if (isUtf8(value)) return JSON.parse(value.toString());
  } catch {
    // Not JSON: the bytes then.
  }
  return new Uint8Array(value);
}

function describe({
  id,
  reason,
  message,
  record,
}: Pick<DeadLetter, 'id' | 'reason' | 'message' | 'record'>): TransformLetter {
  const { topic, partition, offset, timestamp } = record;
  const bytes = (text: string | null) => {
    if (text === null) return null;
    return new Uint8Array(decodeBase64(text) ?? Buffer.from(text));
  };
  return {
    ...{ id, reason, message, topic, partition, offset, timestamp },
    key: bytes(record.key),
    headers: record.headers.map(({ name, value }) => ({ name, value: bytes(value) })),
  };
}
