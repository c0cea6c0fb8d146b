import fc from 'fast-check';
import { columnNames } from '../../src/postgres/identifiers.ts';
import type { Values } from '../../src/record/table.ts';
import { SINK } from './notifications.ts';
import { uuid } from './records.ts';

/** The table of the notifications, wherever the search path finds it. */
export const NOTIFICATIONS = SINK.table;

const NAMES = columnNames(NOTIFICATIONS);

type Fields = Readonly<Record<string, string | null>>;

/** The values of a row by column. */
export const fieldsOf = (values: Values): Fields =>
  Object.fromEntries(NAMES.map((name, position) => [name, values[position] ?? null]));

/** The row of these values by column. */
const rowOf = (fields: Fields): Values => NAMES.map((name) => fields[name] ?? null);

/** A row with an id and an offset of its own for each number. `fields` replace its fields. */
export const row = (number: number, fields: Fields = {}): Values =>
  rowOf({
    id: uuid(number),
    user_id: uuid(1),
    event_type: 'order.shipped',
    title: 'title',
    body: 'body',
    created_at: '2025-10-22T00:00:00.000Z',
    source_topic: 'notifications',
    source_partition: '0',
    source_offset: String(number),
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
