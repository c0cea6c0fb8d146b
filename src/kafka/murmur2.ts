const SEED = 0x9747b28c;
const M = 0x5bd1e995;
const R = 24;

/**
 * The hash by which Kafka's own producers choose the partition of a key. That of `@platformatic/kafka` takes time by the
 * square of the key's length: a minute for 400 KB.
 * https://github.com/apache/kafka/blob/4.1.0/clients/src/main/java/org/apache/kafka/common/utils/Utils.java
 *
 * @returns a signed integer of 32 bits
 */
export function murmur2(key: Buffer): number {
  const { length } = key;
  let hash = SEED ^ length;
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    let part = Math.imul(key.readInt32LE(at), M);
    part = Math.imul(part ^ (part >>> R), M);
    hash = Math.imul(hash, M) ^ part;
  }
  if (at < length) hash = Math.imul(hash ^ key.readUIntLE(at, length - at), M);
  hash = Math.imul(hash ^ (hash >>> 13), M);
  return hash ^ (hash >>> 15);
}
