import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packBatches, SQS_MAX_BYTES, sqsMessage } from '../../src/dead-letter/sqs-message.ts';

const MIB = 1_048_576;

test('the size of a message counts its body and the name, type and value of each attribute, in bytes', () => {
  const attributes = {
    topic: { DataType: 'String', StringValue: 'ü' },
    partition: { DataType: 'Number', StringValue: '7' },
  };
  expect(sqsMessage('é', attributes).bytes).toBe(
    2 + Buffer.byteLength('topicStringü') + Buffer.byteLength('partitionNumber7'),
  );
});

test('a batch holds at most 10 messages and 1 MiB, and all messages stay in order', () => {
  expect(SQS_MAX_BYTES).toBe(MIB);
  const size = fc.oneof(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: MIB }));
  fc.assert(
    fc.property(fc.array(size, { maxLength: 60, size: 'max' }), (sizes) => {
      const messages = sizes.map((bytes) => ({ bytes }));
      const batches = packBatches(messages);
      expect(batches.flat()).toEqual(messages);
      for (const batch of batches) {
        expect(batch.length).toBeGreaterThan(0);
        expect(batch.length).toBeLessThanOrEqual(10);
        expect(batch.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(MIB);
      }
      if (sizes.every((bytes) => bytes <= MIB / 10))
        expect(batches).toHaveLength(Math.ceil(sizes.length / 10));
    }),
  );
});
