import { coordinates } from './coordinates.ts';
import type { SinkRecord } from './record.ts';

/** Says where a record lay before it was put back onto a topic: `<topic>-<partition>@<offset>/<timestamp>`. */
export const ORIGIN_HEADER = 'kafka-pg-sink-origin';

/** By Kafka's own rules; no leading zeros, so that one origin has one name. A record without a timestamp has -1. */
const ORIGIN =
  /^(?!\.{1,2}-\d+@)[\w.-]{1,249}-(0|[1-9]\d{0,9})@(0|[1-9]\d{0,15})\/(0|-?[1-9]\d{0,15})$/;
const MAX_LENGTH = 249 + 1 + 10 + 1 + 16 + 1 + 17;
const MAX_PARTITION = 2 ** 31 - 1;

/**
 * The first coordinates of a record and its timestamp: its own, or those that its header names after it was put back onto
 * a topic. What is no proper origin counts for none: anyone who may write to the topic can write headers. The timestamp
 * tells a record from one that has the same coordinates since its topic was deleted and created again.
 *
 * @returns `<topic>-<partition>@<offset>/<timestamp>`
 */
export function originOf(record: SinkRecord): string {
  return headerOrigin(record) ?? `${coordinates(record)}/${record.timestamp}`;
}

/** @returns the origin that the first header with a proper one names; null without such a header */
export function headerOrigin({ headers }: Pick<SinkRecord, 'headers'>): string | null {
  for (const { name, value } of headers) {
    const origin = name === ORIGIN_HEADER && value ? readOrigin(value) : null;
    if (origin !== null) return origin;
  }
  return null;
}

/** What is not ASCII is no origin: the pattern takes nothing else. */
function readOrigin(bytes: Buffer): string | null {
  if (bytes.length > MAX_LENGTH) return null;
  const text = bytes.toString('latin1');
  const [, partition, offset, timestamp] = ORIGIN.exec(text) ?? [];
  if (partition === undefined || Number(partition) > MAX_PARTITION) return null;
  const isExact = Number.isSafeInteger(Number(offset)) && Number.isSafeInteger(Number(timestamp));
  return isExact ? text : null;
}
