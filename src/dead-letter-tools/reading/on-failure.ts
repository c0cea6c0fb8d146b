import { isIndex, isObject } from '../../record/guards.ts';

/** Offsets of one partition, both ends included. */
export interface OffsetRange {
  readonly topic: string;
  readonly partition: number;
  readonly first: bigint;
  readonly last: bigint;
}

/** Lambda's on-failure message about a batch that it gave up: where the records are, not the records themselves. */
export interface OnFailure {
  /** Why, for example `RetryAttemptsExhausted`. */
  readonly condition: string;
  /** ISO 8601; empty when the message does not say. */
  readonly timestamp: string;
  readonly ranges: readonly OffsetRange[];
  /** Records of the batch; null when the message does not say. */
  readonly batchSize: number | null;
  readonly source: string | null;
}

/**
 * Reads the message that Lambda sends to an SQS on-failure destination. Lambda's guide names the ranges `recordsInfo`;
 * other destinations get `recordInfo`, which is understood too.
 * https://docs.aws.amazon.com/lambda/latest/dg/kafka-on-failure.html
 *
 * @param body the body of an SQS message, parsed
 * @returns null when it is no on-failure message, or one that cannot be read completely
 */
export function readOnFailure(body: Readonly<Record<string, unknown>>): OnFailure | null {
  const { requestContext, KafkaBatchInfo: info, timestamp } = body;
  if (!isObject(requestContext) || !isObject(info)) return null;
  const { condition } = requestContext;
  const byPartition = info.recordsInfo ?? info.recordInfo;
  if (typeof condition !== 'string' || !isObject(byPartition)) return null;
  const ranges = Object.entries(byPartition).map(([key, one]) => readRange(key, one));
  const known = ranges.filter((range) => range !== null);
  // A message that is half understood must not count as read: it would be deleted after half of its records are stored.
  if (known.length === 0 || known.length < ranges.length) return null;
  const source = info.eventSourceArn ?? info.bootstrapServers;
  return {
    condition,
    timestamp: typeof timestamp === 'string' ? timestamp : '',
    ranges: known,
    batchSize: isIndex(info.batchSize) ? info.batchSize : null,
    source: typeof source === 'string' ? source : null,
  };
}

function readRange(key: string, one: unknown): OffsetRange | null {
  // A topic's name may hold hyphens, and end in a number.
  const [, topic, partition] = /^([\w.-]{1,249})-(\d{1,10})$/.exec(key) ?? [];
  if (topic === undefined || !isObject(one)) return null;
  const first = readOffset(one.firstRecordOffset);
  const last = readOffset(one.lastRecordOffset);
  if (first === null || last === null || last < first) return null;
  return { topic, partition: Number(partition), first, last };
}

/** Kafka's largest offset. Lambda writes offsets as text, as JSON's numbers cannot represent all of them. */
const MAX_OFFSET = 2n ** 63n - 1n;

function readOffset(value: unknown): bigint | null {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || !/^\d{1,19}$/.test(text)) return null;
  const offset = BigInt(text);
  return offset <= MAX_OFFSET ? offset : null;
}
