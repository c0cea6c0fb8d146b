import type { KafkaRecord } from '../lambda/event.ts';

/** Says where a record lay before it was put back onto a topic: `<topic>-<partition>-<offset>`. */
export const ORIGIN_HEADER = 'kafka-pg-sink-origin';

/** A topic of Kafka's own rules, a partition and an offset; no zeros in front, so that one origin has one name. */
const ORIGIN = /^(?!\.{1,2}-\d+-\d+$)[\w.-]{1,249}-(0|[1-9]\d{0,9})-(0|[1-9]\d{0,15})$/;
const MAX_LENGTH = 249 + 1 + 10 + 1 + 16;
const MAX_PARTITION = 2 ** 31 - 1;

/**
 * Reads where a record came from first, if it was put back onto a topic since. What is no proper origin counts for none:
 * anyone who may write to the topic can write headers.
 *
 * @param record as Lambda's mapping delivers it; nothing about its headers is taken for granted
 * @returns `<topic>-<partition>-<offset>`, of the first header that holds one; null where there is none
 */
export function originOf({ headers }: Pick<KafkaRecord, 'headers'>): string | null {
  if (!Array.isArray(headers)) return null;
  for (const header of headers) {
    if (typeof header !== 'object' || header === null || !Object.hasOwn(header, ORIGIN_HEADER))
      continue;
    const origin = readOrigin(header[ORIGIN_HEADER]);
    if (origin !== null) return origin;
  }
  return null;
}

/** @param bytes signed, as Lambda delivers them; what is not ASCII is no origin */
function readOrigin(bytes: unknown): string | null {
  if (!Array.isArray(bytes) || bytes.length > MAX_LENGTH || !bytes.every(isAscii)) return null;
  const text = String.fromCharCode(...bytes);
  const [, partition, offset] = ORIGIN.exec(text) ?? [];
  if (Number(partition) > MAX_PARTITION || !Number.isSafeInteger(Number(offset))) return null;
  return text;
}

function isAscii(byte: unknown): byte is number {
  return Number.isInteger(byte) && (byte as number) >= 0 && (byte as number) < 128;
}
