import { isIndex, isObject } from '../../record/guards.ts';

/** Offsets of one partition, both ends included. */
export interface OffsetRange {
  readonly topic: string;
  readonly partition: number;
  readonly first: bigint;
  readonly last: bigint;
}

/** Lambda's note of a batch that it gave up: where the records are, not the records. */
export interface OnFailure {
  /** Why, for example `RetryAttemptsExhausted`. */
  readonly condition: string;
  /** ISO 8601. */
  readonly timestamp: string;
  readonly ranges: readonly OffsetRange[];
  /** Records of the batch; null where that is not told. */
  readonly batchSize: number | null;
  readonly source: string | null;
}

/**
 * Reads the note that Lambda sends to an SQS on-failure destination. Its guide names the ranges `recordsInfo`;
 * `recordInfo`, as other destinations have it, is understood too.
 * https://docs.aws.amazon.com/lambda/latest/dg/kafka-on-failure.html
 *
 * @param body the message's, parsed
 * @returns null where it is none
 */
export function readOnFailure(body: Readonly<Record<string, unknown>>): OnFailure | null {
  const { requestContext, KafkaBatchInfo: info, timestamp } = body;
  if (!isObject(requestContext) || !isObject(info)) return null;
  const { condition } = requestContext;
  const byPartition = info.recordsInfo ?? info.recordInfo;
  if (typeof condition !== 'string' || !isObject(byPartition)) return null;
  const ranges = Object.entries(byPartition).map(([key, one]) => readRange(key, one));
  const known = ranges.filter((range) => range !== null);
  // Half a note must not pass for a whole one: the message would be deleted when that half is stored.
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

/** Kafka's largest offset. Lambda writes them as text, for JSON's numbers do not hold them all. */
const MAX_OFFSET = 2n ** 63n - 1n;

function readOffset(value: unknown): bigint | null {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || !/^\d{1,19}$/.test(text)) return null;
  const offset = BigInt(text);
  return offset <= MAX_OFFSET ? offset : null;
}
