import { coordinates } from './coordinates.ts';
import type { SinkRecord } from './record.ts';

/** Says where a record lay before it was put back onto a topic: `<topic>-<partition>@<offset>/<timestamp>`. */
export const ORIGIN_HEADER = 'kafka-pg-sink-origin';

/** Names the topic that a record was put back onto. */
export const PUT_BACK_HEADER = 'kafka-pg-sink-put-back';

/** By Kafka's own rules; no leading zeros, so that one origin has one name. A record without a timestamp has -1. */
const ORIGIN =
  /^(?!\.{1,2}-\d+@)[\w.-]{1,249}-(0|[1-9]\d{0,9})@(0|[1-9]\d{0,15})\/(0|-?[1-9]\d{0,15})$/;
const MAX_LENGTH = 249 + 1 + 10 + 1 + 16 + 1 + 17;
const MAX_PARTITION = 2 ** 31 - 1;

/**
 * The first coordinates of a record and its timestamp: its own, or those that its headers name after it was put back onto
 * its topic. The timestamp tells a record from one that has the same coordinates since its topic was deleted and created
 * again.
 *
 * @returns `<topic>-<partition>@<offset>/<timestamp>`
 */
export function originOf(record: SinkRecord): string {
  return headerOrigin(record) ?? `${coordinates(record)}/${record.timestamp}`;
}

/**
 * The origin that a record's headers name. Anyone who may write to the topic can write headers, and stream processors copy
 * them onto new records: so what is no proper origin counts for none, nor does one of a record that was put back onto
 * another topic. Of several the first counts.
 *
 * @returns null without one
 */
export function headerOrigin({
  topic,
  headers,
}: Pick<SinkRecord, 'topic' | 'headers'>): string | null {
  let origin: string | null = null;
  let putBack = false;
  for (const { name, value } of headers)
    if (value !== null && name === ORIGIN_HEADER) origin ??= readOrigin(value);
    else if (value !== null && name === PUT_BACK_HEADER) putBack ||= value.toString() === topic;
  return putBack ? origin : null;
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
