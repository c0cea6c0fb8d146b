import zlib from 'node:zlib';
import { compressionsAlgorithms } from '@platformatic/kafka';
import { afterAll, expect, onTestFinished, test, vi } from 'vitest';
import { boundDecompression } from '../../src/kafka/decompression.ts';

const LIMIT = 1_000_000;
boundDecompression(LIMIT);
afterAll(() => boundDecompression(2 ** 26));

const FORMATS = ['gzip', 'snappy', 'lz4', 'zstd'] as const;

/** Compressed bytes behind the header of their batch, as in an answer of Kafka. */
function inBatch(format: (typeof FORMATS)[number], bytes: Buffer): Buffer {
  const compressed = Buffer.from(compressionsAlgorithms[format].compressSync(bytes));
  const batch = Buffer.alloc(61 + compressed.length);
  batch.writeBigInt64BE(700n, 0);
  batch.writeInt32BE(49 + compressed.length, 8);
  batch.writeInt8(2, 16);
  batch.writeInt32BE(41, 23);
  batch.writeInt32BE(40, 57);
  compressed.copy(batch, 61);
  return batch.subarray(61);
}

test.each(FORMATS)('%s expands what is within the bound, byte for byte', (format) => {
  for (const bytes of [Buffer.alloc(0), Buffer.from('a'), Buffer.alloc(LIMIT - 5, 'abc')]) {
    const data = inBatch(format, bytes);
    const expanded = compressionsAlgorithms[format].decompressSync(data);
    expect(Buffer.compare(Buffer.from(expanded), bytes)).toBe(0);
  }
});

test.each(FORMATS)('%s that expands to more is refused, with the place of its batch', (format) => {
  const bomb = inBatch(format, Buffer.alloc(100 * LIMIT));
  const before = process.memoryUsage.rss();
  expect(() => compressionsAlgorithms[format].decompressSync(bomb)).toThrow(
    expect.objectContaining({
      name: 'UnreadableBatch',
      firstOffset: 700n,
      lastOffset: 741n,
      records: 40,
      message: `the batch of the offsets 700 to 741 expands to more than ${LIMIT} bytes (KAFKA_MAX_UNCOMPRESSED_BYTES)`,
    }),
  );
  expect(process.memoryUsage.rss() - before).toBeLessThan(50 * LIMIT);
});

test.each(FORMATS)('damaged %s is refused in the same way', (format) => {
  const data = inBatch(format, Buffer.alloc(5000, 'abc'));
  data.fill(0xff, 8);
  expect(() => compressionsAlgorithms[format].decompressSync(data)).toThrow(
    expect.objectContaining({ name: 'UnreadableBatch', firstOffset: 700n }),
  );
});

test.each([
  ['knows no zstd', new TypeError('zlib.zstdDecompressSync is not a function')],
  ['has no memory', Object.assign(new Error('full'), { code: 'ZSTD_error_memory_allocation' })],
])('where this process %s, no batch is given up: it may be sound (P4)', (_, error) => {
  const spy = vi.spyOn(zlib, 'zstdDecompressSync').mockImplementation(() => {
    throw error;
  });
  onTestFinished(() => spy.mockRestore());
  const data = inBatch('zstd', Buffer.alloc(5000, 'abc'));
  expect(() => compressionsAlgorithms.zstd.decompressSync(data)).toThrow(error);
});
