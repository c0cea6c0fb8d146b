import { isIndex, isObject } from './guards.ts';
import { partitionName } from './partition.ts';
import { type IncomingRecord, isMalformed, type SinkRecord } from './record.ts';

/** How coordinates are written everywhere: `<topic>-<partition>@<offset>`. */
export function coordinates(at: Pick<SinkRecord, 'topic' | 'partition' | 'offset'>): string {
  return `${partitionName(at)}@${at.offset}`;
}

/** The coordinates of whatever came in; a malformed record may have no offset. */
export function coordinatesOf(record: IncomingRecord): string {
  if (!isMalformed(record)) return coordinates(record);
  const offset = isObject(record.raw) ? record.raw.offset : undefined;
  return `${record.partitionKey}@${isIndex(offset) ? offset : 'unknown'}`;
}

/** Kafka's own rule for the name of a topic. */
export const TOPIC_NAME = /^(?!\.{1,2}$)[\w.-]{1,249}$/;
