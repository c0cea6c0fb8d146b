import fc from 'fast-check';
import { v5 } from 'uuid';
import { expect, test } from 'vitest';
import { recordId } from '../../src/definition/record-id.ts';

test('the id of a record without one is UUID v5 of its coordinates under the namespace of ever', () => {
  expect(recordId('notifications-0@42')).toBe('4e86d75f-3725-51e2-8edf-8c2a0f12bdc9');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(recordId(text)).toBe(v5(text, '4e5d1ad2-7f3c-5a51-9f0d-2f6b8f6f2a10'));
    }),
  );
});
