import { randomBytes } from 'node:crypto';
import { compatibilityPartitioner } from '@platformatic/kafka';
import { expect, test } from 'vitest';
import { murmur2 } from '../../src/kafka/murmur2.ts';

// https://github.com/apache/kafka/blob/4.1.0/clients/src/test/java/org/apache/kafka/common/utils/UtilsTest.java
test.each([
  ['21', -973_932_308],
  ['foobar', -790_332_482],
  ['a-little-bit-long-string', -985_981_536],
  ['a-little-bit-longer-string', -1_486_304_829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58_897_971],
  ['abc', 479_470_107],
])('hashes %s as Kafka does', (key, hash) => {
  expect(murmur2(Buffer.from(key))).toBe(hash);
});

test('agrees with the client for keys of every length', () => {
  for (let length = 0; length < 200; length += 1) {
    const key = randomBytes(length);
    const partition = compatibilityPartitioner({ topic: 'any' }, key);
    expect([length, murmur2(key) & 0x7fffffff]).toEqual([length, partition]);
  }
});

test('a key of 10 MB takes no longer than it must', () => {
  // The time of the client's own function grows by the square: it would not end within this test.
  expect(murmur2(Buffer.alloc(10_000_000, 'key'))).toEqual(expect.any(Number));
});
