import { createHash } from 'node:crypto';
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
import { SQS_MAX_BYTES, type SqsMessage, sqsMessage, toSqsText } from './sqs-message.ts';

/** A dead letter: the body of an SQS message, in JSON, as `docs/dead-letters.md` describes it. */
export interface DeadLetter {
  readonly version: 1;
  /** The record's coordinates, `<topic>-<partition>@<offset>`, so that a duplicate dead letter can be recognised. */
  readonly id: string;
  readonly reason: Rejected['reason'];
  readonly message: string;
  readonly details: Rejected['details'];
  readonly record: DeadLetterRecord;
  /** The record was too large for SQS. Kafka still holds it at its coordinates. */
  readonly valueOmitted: boolean;
  readonly valueBytes?: number;
  readonly valueSha256?: string;
  /** The cluster's ARN, or its bootstrap servers. */
  readonly source: string | null;
  /** ISO 8601, UTC. */
  readonly failedAt: string;
  readonly sinkVersion: string;
}

/**
 * A field is null when the event's record lacks it or holds something of another type there. Key and value are as they
 * came: base64, unless the record is malformed.
 */
interface DeadLetterRecord {
  readonly topic: string | null;
  readonly partition: number | null;
  readonly offset: number | null;
  readonly timestamp: number | null;
  readonly timestampType: string | null;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: readonly { readonly name: string; readonly value: string | null }[];
}

/** A dead letter that is ready to be sent, with the record that it is about. */
export interface WrittenDeadLetter extends SqsMessage {
  readonly rejected: Rejected;
}

/**
 * Writes the dead letter of a record. A record that is too large for SQS loses its value, and then its key and headers:
 * SQS must accept the message, or the record would stall its partition.
 *
 * @param source the cluster's ARN, or its bootstrap servers
 * @param failedAt the time of the failure
 * @param maxBytes what the queue takes
 */
export function writeDeadLetter(
  rejected: Rejected,
  source: string | null,
  failedAt: Date,
  maxBytes = SQS_MAX_BYTES,
): WrittenDeadLetter {
  const record = describe(rejected.record);
  const attributes = attributesOf(rejected.reason, record);
  const write = (deadLetter: DeadLetter): WrittenDeadLetter => ({
    ...sqsMessage(toSqsText(JSON.stringify(deadLetter)), attributes),
    rejected,
  });
  const whole: DeadLetter = {
    version: 1,
    id: idOf(rejected.record, record),
    reason: rejected.reason,
    message: rejected.message,
    details: rejected.details,
    record,
    valueOmitted: 'unreadable' in rejected.record,
    source,
    failedAt: failedAt.toISOString(),
    sinkVersion: VERSION,
  };
  const written = write(whole);
  if (written.bytes <= maxBytes) return written;
  const short = write({ ...whole, ...omitValue(record) });
  if (short.bytes <= maxBytes) return short;
  const { topic, ...rest } = record;
  const bare = {
    ...rest,
    topic: topic && TOPIC_NAME.test(topic) ? topic : null,
    key: null,
    headers: [],
  };
  return write({ ...whole, ...omitValue(bare), source: source?.slice(0, 2048) ?? null });
}

function omitValue(record: DeadLetterRecord): Partial<DeadLetter> {
  const { value } = record;
  const bytes = value === null ? Buffer.alloc(0) : (decodeBase64(value) ?? Buffer.from(value));
  return {
    record: { ...record, value: null, timestampType: record.timestampType?.slice(0, 64) ?? null },
    valueOmitted: true,
    valueBytes: bytes.length,
    valueSha256: createHash('sha256').update(bytes).digest('hex'),
  };
}

/** The coordinates; when those are malformed, a hash of the record, so that the id is deterministic all the same. */
function idOf(record: IncomingRecord, { topic, partition, offset }: DeadLetterRecord): string {
  if (topic !== null && TOPIC_NAME.test(topic) && partition !== null && offset !== null)
    return coordinates({ topic, partition, offset });
  const { partitionKey, raw } = isMalformed(record)
    ? record
    : { partitionKey: coordinates(record), raw: null };
  const hash = createHash('sha256').update(`${partitionKey} ${JSON.stringify(raw)}`);
  return `malformed-${hash.digest('hex').slice(0, 32)}`;
}

function describe(record: IncomingRecord): DeadLetterRecord {
  if (isMalformed(record)) return describeMalformed(record);
  const { topic, partition, offset, timestamp, timestampType, key, value, headers } = record;
  return {
    ...{ topic, partition, offset, timestamp, timestampType },
    key: toBase64(key),
    value: toBase64(value),
    headers: describeHeaders(headers),
  };
}

/** What can be read of it; the rest is null. */
function describeMalformed({ raw, headers }: MalformedRecord): DeadLetterRecord {
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

function describeHeaders(headers: readonly Header[]): DeadLetterRecord['headers'] {
  return headers.map(({ name, value }) => ({ name, value: toBase64(value) }));
}

function toBase64(bytes: Buffer | null): string | null {
  return bytes?.toString('base64') ?? null;
}

function attributesOf(
  reason: string,
  { topic, partition }: DeadLetterRecord,
): SqsMessage['attributes'] {
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
