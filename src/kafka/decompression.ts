import zlib from 'node:zlib';
import { compressionsAlgorithms } from '@platformatic/kafka';

/**
 * A batch whose records cannot be had: they expand to more than is allowed, or what is compressed is damaged. Its header
 * says where it is.
 */
export class UnreadableBatch extends Error {
  override readonly name = 'UnreadableBatch';
  readonly firstOffset: bigint;
  readonly lastOffset: bigint;
  readonly records: number;

  constructor(why: string, { firstOffset, lastDelta, records }: Header) {
    const lastOffset = firstOffset + BigInt(lastDelta);
    super(`the batch of the offsets ${firstOffset} to ${lastOffset} ${why}`);
    this.firstOffset = firstOffset;
    this.lastOffset = lastOffset;
    this.records = records;
  }
}

interface Header {
  readonly firstOffset: bigint;
  readonly lastDelta: number;
  readonly records: number;
}

/** https://kafka.apache.org/documentation/#recordbatch */
const HEADER_BYTES = 61;
const MAGIC = 2;
/** What a record takes in memory beside its bytes, which can be seven. */
const RECORD_BYTES = 300;

type Decompress = (data: Buffer) => Buffer;

/** Expands, or throws a `RangeError` before it holds more than `max` bytes. */
type Bounded = (data: Buffer, max: number, expand: Decompress) => Buffer;

const BOUNDED: Readonly<Record<string, Bounded>> = {
  gzip: (data, max) => zlib.gunzipSync(data, { maxOutputLength: max }),
  zstd: (data, max) => zlib.zstdDecompressSync(data, { maxOutputLength: max }),
  snappy: bySize(snappySize),
  lz4: bySize(lz4Size),
};

let limit = Number.POSITIVE_INFINITY;
let isBound = false;

/**
 * Bounds what the client expands of one batch, in the whole process: 14 KB of zstd can hold 450 MB. The client knows no
 * such bound, and expands a batch where nobody can step in, so its own functions are replaced.
 *
 * @param max bytes
 */
export function boundDecompression(max: number): void {
  limit = max;
  if (isBound) return;
  isBound = true;
  for (const [name, bounded] of Object.entries(BOUNDED)) {
    const algorithm = compressionsAlgorithms[name as 'gzip'] as { decompressSync: unknown };
    const expand = algorithm.decompressSync as Decompress;
    algorithm.decompressSync = (data: Buffer) => {
      const header = headerBefore(data);
      try {
        if (header && header.records * RECORD_BYTES > limit) throw new RangeError('Too many.');
        return bounded(data, limit, expand);
      } catch (error) {
        if (!header || isOurs(error)) throw error;
        const why =
          error instanceof RangeError
            ? `expands to more than ${limit} bytes (KAFKA_MAX_UNCOMPRESSED_BYTES)`
            : `cannot be expanded (${name})`;
        throw new UnreadableBatch(why, header);
      }
    };
  }
}

/** Whether this process cannot expand what may be sound: it knows no zstd, or has no memory left. Such a batch is read again. */
function isOurs(error: unknown): boolean {
  return error instanceof TypeError || /MEM/i.test(String(Object(error).code));
}

/** The client hands over a part of the answer, and before that part stands the header of its batch. */
function headerBefore({ buffer, byteOffset, length }: Buffer): Header | null {
  if (byteOffset < HEADER_BYTES) return null;
  const header = Buffer.from(buffer, byteOffset - HEADER_BYTES, HEADER_BYTES);
  const isHeader = header.readInt8(16) === MAGIC && header.readInt32BE(8) === length + 49;
  if (!isHeader) return null;
  return {
    firstOffset: header.readBigInt64BE(0),
    lastDelta: header.readInt32BE(23),
    records: header.readInt32BE(57),
  };
}

/** For formats that say beforehand how much they hold. */
function bySize(sizeOf: (data: Buffer) => number): Bounded {
  return (data, max, expand) => {
    if (sizeOf(data) > max) throw new RangeError('It is too large.');
    return expand(data);
  };
}

const XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const XERIAL_HEADER_BYTES = 16;

/** Java writes chunks, each with its length before it. https://github.com/xerial/snappy-java#compatibility-notes */
function snappySize(data: Buffer): number {
  if (!data.subarray(0, XERIAL.length).equals(XERIAL)) return varint(data, 0);
  let size = 0;
  for (let at = XERIAL_HEADER_BYTES; at + 4 < data.length; at += 4 + data.readUInt32BE(at))
    size += varint(data, at + 4);
  return size;
}

/** A block of snappy begins with its length. https://github.com/google/snappy/blob/main/format_description.txt */
function varint(data: Buffer, at: number): number {
  let value = 0;
  for (let byte = 0; byte < 5; byte += 1) {
    const part = data[at + byte] ?? 0;
    value += (part & 0x7f) * 2 ** (7 * byte);
    if (part < 0x80) break;
  }
  return value;
}

/** All blocks but the last are as large as the frame says, up to 4 MiB. https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md */
function lz4Size(data: Buffer): number {
  const [flags, sizes] = [data[4] ?? 0, data[5] ?? 0];
  const [hasChecksums, hasSize, hasDictionary] = [flags & 0x10, flags & 0x08, flags & 0x01];
  const block = 2 ** (8 + 2 * ((sizes >> 4) & 7));
  let blocks = 0;
  let at = 7 + (hasSize ? 8 : 0) + (hasDictionary ? 4 : 0);
  while (at + 4 <= data.length) {
    const length = data.readUInt32LE(at) & 0x7fff_ffff;
    if (length === 0) break;
    blocks += 1;
    at += 4 + length + (hasChecksums ? 4 : 0);
  }
  return Math.max(0, blocks - 1) * block;
}
