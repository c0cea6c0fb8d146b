import type { Message } from './message.ts';

/** Half of what a topic takes in one batch by default (`max.message.bytes`). */
const MAX_BYTES = 512 * 1024;
const MAX_MESSAGES = 500;
/**
 * Milliseconds between the timestamps of a pack, almost 25 days: the client writes each as its difference from the first,
 * and writes wrong what does not fit into 32 bits.
 */
const MAX_SPAN_MS = 2n ** 31n;
/** Of a message without key, value and headers, and of a header; roughly. */
const MESSAGE_BYTES = 20;
const HEADER_BYTES = 5;

/**
 * Packs messages for sending, each pack for one partition, so that one answer counts for the whole pack. A message that is
 * larger than a pack gets its own.
 *
 * @returns indexes of the messages; those of a partition in their order
 */
export function packMessages(messages: readonly Message[]): number[][] {
  const packs: number[][] = [];
  const open = new Map<number | undefined, { pack: number[]; bytes: number; from: bigint }>();
  for (const [index, message] of messages.entries()) {
    const bytes = sizeOf(message);
    const { timestamp = 0n } = message;
    const last = open.get(message.partition);
    const distance = timestamp - (last?.from ?? timestamp);
    if (
      last &&
      last.pack.length < MAX_MESSAGES &&
      last.bytes + bytes <= MAX_BYTES &&
      -MAX_SPAN_MS < distance &&
      distance < MAX_SPAN_MS
    ) {
      last.pack.push(index);
      last.bytes += bytes;
    } else {
      const pack = [index];
      packs.push(pack);
      open.set(message.partition, { pack, bytes, from: timestamp });
    }
  }
  return packs;
}

function sizeOf({ key, value, headers }: Message): number {
  let bytes = MESSAGE_BYTES + (key?.length ?? 0) + (value?.length ?? 0);
  if (headers instanceof Map)
    for (const [name, content] of headers)
      bytes += HEADER_BYTES + name.length + (content?.length ?? 0);
  return bytes;
}
