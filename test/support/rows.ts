import fc from 'fast-check';
import type { Row } from '../../src/record/row.ts';
import { uuid } from './records.ts';

/** A row with an id and an offset of its own for each number. `fields` replace its fields. */
export const row = (number: number, fields: Partial<Row> = {}): Row => ({
  id: uuid(number),
  user_id: uuid(1),
  event_type: 'order.shipped',
  title: 'title',
  body: 'body',
  created_at: '2025-10-22T00:00:00.000Z',
  source_topic: 'notifications',
  source_partition: 0,
  source_offset: number,
  ...fields,
});

/** Text of every kind that PostgreSQL can hold, with what is special to COPY in front. */
export const text = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom('\\', '\n', '\r', '\t', '\\.', '\\N', '\b', '\v', '"', "'", '\u2028'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    ),
    maxLength: 30,
  })
  .filter((value) => !value.includes('\0') && value.isWellFormed());
