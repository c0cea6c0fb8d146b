import { isUtf8 } from 'node:buffer';
import { isDeepStrictEqual } from 'node:util';
import type { DeadLetter } from '../../dead-letter/write-dead-letter.ts';
import { isFields, parseToWriteAgain } from '../../definition/exact-json.ts';
import { decodeBase64 } from '../../record/base64.ts';
import { errorName } from '../../record/errors.ts';
import { DeadlineError } from '../../timing/deadline.ts';
import { within } from '../../timing/within.ts';
import { problemOfValue } from './check-result.ts';
import { Drop, type Transform, type TransformContext } from './transform.ts';
import { writeFields } from './write-fields.ts';

/** What a transform did to the value of one dead letter. */
export type Outcome =
  | { readonly kind: 'changed'; readonly value: Buffer }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'dropped'; readonly reason: string }
  /** The transform threw, or returned something else. The error says what, without data (promise P8). */
  | { readonly kind: 'failed'; readonly error: string };

/** For one dead letter; a transform may ask another service. */
const TIMEOUT_MS = 10_000;
const MAX_REASON_LENGTH = 200;

/**
 * Applies a transform to one dead letter. Never throws.
 *
 * @param deadLetter the fields that describe its record
 * @param value the record's value as bytes, fetched from Kafka when the dead letter lacks it; null for a tombstone
 */
export async function applyTransform(
  transform: Transform,
  deadLetter: Pick<DeadLetter, 'id' | 'reason' | 'message' | 'record'>,
  value: Buffer | null,
): Promise<Outcome> {
  try {
    const before = parseValue(value);
    // Parsed once more, as the transform may change its value in place.
    const result = await within(TIMEOUT_MS, async () =>
      transform(parseValue(value), contextOf(deadLetter), (reason) => new Drop(reason)),
    );
    return toOutcome(result, before, value);
  } catch (error) {
    if (error instanceof TooDeep) return failed('the value is nested too deeply to be changed');
    if (error instanceof DeadlineError) return failed(`it took longer than ${TIMEOUT_MS / 1000} s`);
    return failed(`it threw ${errorName(error)}`);
  }
}

function toOutcome(result: unknown, before: unknown, value: Buffer | null): Outcome {
  if (result instanceof Drop) return toDropped(result);
  if (result instanceof Uint8Array) {
    const bytes = Buffer.from(result);
    return before instanceof Uint8Array && bytes.equals(before)
      ? { kind: 'unchanged' }
      : { kind: 'changed', value: bytes };
  }
  const problem = problemOfValue(result);
  if (problem !== null) return failed(`it returned ${problem}`);
  const json = JSON.stringify(result);
  if (isDeepStrictEqual(parseToWriteAgain(json), before)) return { kind: 'unchanged' };
  const text = value?.toString() ?? '';
  const hasFields = isFields(before) && !(before instanceof Uint8Array) && isFields(result);
  const written = hasFields ? writeFields(result, before, text) : json;
  return { kind: 'changed', value: Buffer.from(written) };
}

function toDropped({ reason }: Drop): Outcome {
  const text: unknown = reason;
  if (typeof text !== 'string' || text.trim() === '' || text.length > MAX_REASON_LENGTH)
    return failed(
      `it dropped the dead letter, but the reason must have 1 to ${MAX_REASON_LENGTH} characters`,
    );
  return { kind: 'dropped', reason: text };
}

function failed(error: string): Outcome {
  return { kind: 'failed', error };
}

/** What the transform does not change must be stored as it was sent: its numbers keep their digits. */
function parseValue(value: Buffer | null): unknown {
  if (value === null) return null;
  try {
    if (isUtf8(value)) return parseToWriteAgain(value.toString());
  } catch (error) {
    if (error instanceof RangeError) throw new TooDeep();
    // Not JSON: the transform gets the bytes.
  }
  return new Uint8Array(value);
}

class TooDeep extends Error {}

function contextOf({
  id,
  reason,
  message,
  record,
}: Pick<DeadLetter, 'id' | 'reason' | 'message' | 'record'>): TransformContext {
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
