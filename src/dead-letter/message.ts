import { createHash } from 'node:crypto';
import { type Delivery, isIndex, isObject } from '../lambda/read-event.ts';
import { decodeBase64 } from '../record/base64.ts';
import type { Rejected } from '../record/fates.ts';
import { VERSION } from '../version.ts';
import {
  type OutgoingMessage,
  outgoingMessage,
  SQS_MAX_BYTES,
  toSqsText,
} from './outgoing-message.ts';

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

/** A field is null when the event's record lacks it. Key and value are as they came: base64, unless the record is malformed. */
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
export interface WrittenDeadLetter extends OutgoingMessage {
  readonly rejected: Rejected;
}

/** Kafka's own rule. A name that breaks it cannot be a message attribute either. */
const TOPIC_NAME = /^[\w.-]{1,249}$/;

/**
 * Writes the dead letter of a record. A record that is too large for SQS loses its value, and then its key and headers:
 * SQS must accept the message, or the record would stall its partition.
 *
 * @param source the cluster's ARN, or its bootstrap servers
 * @param failedAt the time of the failure
 */
export function writeDeadLetter(
  rejected: Rejected,
  source: string | null,
  failedAt: Date,
): WrittenDeadLetter {
  const record = readRecord(rejected.delivery);
  const attributes = attributesOf(rejected.reason, record);
  const write = (deadLetter: DeadLetter): WrittenDeadLetter => ({
    ...outgoingMessage(toSqsText(JSON.stringify(deadLetter)), attributes),
    rejected,
  });
  const whole: DeadLetter = {
    version: 1,
    id: idOf(rejected.delivery, record),
    reason: rejected.reason,
    message: rejected.message,
    details: rejected.details,
    record,
    valueOmitted: false,
    source,
    failedAt: failedAt.toISOString(),
    sinkVersion: VERSION,
  };
  const written = write(whole);
  if (written.bytes <= SQS_MAX_BYTES) return written;
  const short = write({ ...whole, ...omitValue(record) });
  if (short.bytes <= SQS_MAX_BYTES) return short;
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
function idOf(
  { partitionKey, record }: Delivery,
  { topic, partition, offset }: DeadLetterRecord,
): string {
  if (topic !== null && TOPIC_NAME.test(topic) && partition !== null && offset !== null)
    return `${topic}-${partition}@${offset}`;
  const hash = createHash('sha256').update(`${partitionKey} ${JSON.stringify(record)}`);
  return `malformed-${hash.digest('hex').slice(0, 32)}`;
}

function readRecord({ record }: Delivery): DeadLetterRecord {
  const fields = isObject(record) ? record : {};
  const text = (value: unknown) => (typeof value === 'string' ? value : null);
  return {
    topic: text(fields.topic),
    partition: isIndex(fields.partition) ? fields.partition : null,
    offset: isIndex(fields.offset) ? fields.offset : null,
    timestamp: Number.isFinite(fields.timestamp) ? (fields.timestamp as number) : null,
    timestampType: text(fields.timestampType),
    key: text(fields.key),
    value: text(fields.value),
    headers: Array.isArray(fields.headers) ? fields.headers.flatMap(readHeader) : [],
  };
}

function readHeader(header: unknown): { name: string; value: string | null }[] {
  if (!isObject(header)) return [];
  return Object.entries(header).map(([name, bytes]) => ({
    name,
    // Signed bytes: the buffer keeps their lowest eight bits.
    value: Array.isArray(bytes) ? Buffer.from(bytes).toString('base64') : null,
  }));
}

function attributesOf(
  reason: string,
  { topic, partition }: DeadLetterRecord,
): OutgoingMessage['attributes'] {
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
