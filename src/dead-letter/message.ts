import { createHash } from 'node:crypto';
import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import { decodeBase64 } from '../record/base64.ts';
import { coordinates, TOPIC_NAME } from '../record/coordinates.ts';
import type { Rejected } from '../record/fates.ts';
import { isIndex, isObject } from '../record/guards.ts';
import {
  type Header,
  type IncomingRecord,
  isMalformed,
  type MalformedRecord,
} from '../record/record.ts';
import { VERSION } from '../version.ts';

/** The body of a dead letter's SQS message (docs/dead-letters.md). */
export interface Letter {
  readonly version: 1;
  /** Of the record, so that a second letter of one record can be recognised. */
  readonly id: string;
  readonly reason: Rejected['reason'];
  readonly message: string;
  readonly details: Rejected['details'];
  readonly record: LetterRecord;
  /** The record was too large for SQS: Kafka still holds it at its coordinates. */
  readonly valueOmitted: boolean;
  readonly valueBytes?: number;
  readonly valueSha256?: string;
  /** The cluster's ARN, or its bootstrap servers. */
  readonly source: string | null;
  /** ISO 8601, UTC. */
  readonly failedAt: string;
  readonly sinkVersion: string;
}

/** Null where the event's record is broken and has no such field. Key and value as they came: base64 in a sound record. */
interface LetterRecord {
  readonly topic: string | null;
  readonly partition: number | null;
  readonly offset: number | null;
  readonly timestamp: number | null;
  readonly timestampType: string | null;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: readonly { readonly name: string; readonly value: string | null }[];
}

/** A message for SQS with its size as SQS counts it. */
export interface SealedLetter {
  readonly rejected: Rejected;
  readonly body: string;
  readonly attributes: Record<string, MessageAttributeValue>;
  readonly bytes: number;
}

/**
 * The largest message, attributes included, and the largest batch of messages that SQS takes.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
 */
export const SQS_MAX_BYTES = 1_048_576;

/**
 * Writes the dead letter of a record. One that is too large for SQS loses its value, then key and headers too: it must
 * be accepted, or the record would stall its partition.
 *
 * @param source the cluster's ARN, or its bootstrap servers
 * @param failedAt the time of the failure
 */
export function sealLetter(
  rejected: Rejected,
  source: string | null,
  failedAt: Date,
): SealedLetter {
  const record = describe(rejected.record);
  const attributes = attributesOf(rejected.reason, record);
  const seal = (letter: Letter): SealedLetter => {
    const body = toSqsText(JSON.stringify(letter));
    return { rejected, body, attributes, bytes: Buffer.byteLength(body) + sizeOf(attributes) };
  };
  const whole: Letter = {
    version: 1,
    id: idOf(rejected.record, record),
    reason: rejected.reason,
    message: rejected.message,
    details: rejected.details,
    record,
    valueOmitted: false,
    source,
    failedAt: failedAt.toISOString(),
    sinkVersion: VERSION,
  };
  const sealed = seal(whole);
  if (sealed.bytes <= SQS_MAX_BYTES) return sealed;
  const short = seal({ ...whole, ...omitValue(record) });
  if (short.bytes <= SQS_MAX_BYTES) return short;
  const { topic, ...rest } = record;
  const bare = {
    ...rest,
    topic: topic && TOPIC_NAME.test(topic) ? topic : null,
    key: null,
    headers: [],
  };
  return seal({ ...whole, ...omitValue(bare), source: source?.slice(0, 2048) ?? null });
}

function omitValue(record: LetterRecord): Partial<Letter> {
  const { value } = record;
  const bytes = value === null ? Buffer.alloc(0) : (decodeBase64(value) ?? Buffer.from(value));
  return {
    record: { ...record, value: null, timestampType: record.timestampType?.slice(0, 64) ?? null },
    valueOmitted: true,
    valueBytes: bytes.length,
    valueSha256: createHash('sha256').update(bytes).digest('hex'),
  };
}

/** Deterministic, also for a record whose coordinates are broken. */
function idOf(record: IncomingRecord, { topic, partition, offset }: LetterRecord): string {
  if (!isMalformed(record)) return coordinates(record);
  if (topic !== null && TOPIC_NAME.test(topic) && partition !== null && offset !== null)
    return coordinates({ topic, partition, offset });
  const hash = createHash('sha256').update(`${record.partitionKey} ${JSON.stringify(record.raw)}`);
  return `malformed-${hash.digest('hex').slice(0, 32)}`;
}

function describe(record: IncomingRecord): LetterRecord {
  if (isMalformed(record)) return describeMalformed(record);
  const { topic, partition, offset, timestamp, timestampType, key, value, headers } = record;
  return {
    topic,
    partition,
    offset,
    timestamp,
    timestampType,
    key: toBase64(key),
    value: toBase64(value),
    headers: describeHeaders(headers),
  };
}

function describeHeaders(headers: readonly Header[]): LetterRecord['headers'] {
  return headers.map(({ name, value }) => ({ name, value: toBase64(value) }));
}

function toBase64(bytes: Buffer | null): string | null {
  return bytes?.toString('base64') ?? null;
}

/** What can be read of it; the rest is null. */
function describeMalformed({ raw, headers }: MalformedRecord): LetterRecord {
  const fields = isObject(raw) ? raw : {};
  const text = (value: unknown) => (typeof value === 'string' ? value : null);
  return {
    topic: text(fields.topic),
    partition: isIndex(fields.partition) ? fields.partition : null,
    offset: isIndex(fields.offset) ? fields.offset : null,
    timestamp: Number.isFinite(fields.timestamp) ? (fields.timestamp as number) : null,
    timestampType: text(fields.timestampType),
    key: text(fields.key),
    value: text(fields.value),
    headers: describeHeaders(headers),
  };
}

function attributesOf(
  reason: string,
  { topic, partition }: LetterRecord,
): SealedLetter['attributes'] {
  return {
    reason: { DataType: 'String', StringValue: reason },
    ...(topic && TOPIC_NAME.test(topic)
      ? { topic: { DataType: 'String', StringValue: topic } }
      : {}),
    ...(partition === null
      ? {}
      : { partition: { DataType: 'Number', StringValue: String(partition) } }),
  };
}

/** SQS counts the name, the type and the value of each attribute. */
export function sizeOf(attributes: Readonly<SealedLetter['attributes']>): number {
  return Object.entries(attributes)
    .flatMap(([name, { DataType, StringValue }]) => [name, DataType ?? '', StringValue ?? ''])
    .reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}

/** SQS refuses the two noncharacters that JSON leaves as they are; a header's name or a broken value may hold them. */
export function toSqsText(json: string): string {
  return json.replaceAll('\uFFFE', '\\ufffe').replaceAll('\uFFFF', '\\uffff');
}
