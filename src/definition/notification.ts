import type { Issue } from '../record/fates.ts';
import { originOf } from '../record/origin.ts';
import type { SinkRecord } from '../record/record.ts';
import type { Table, Values } from '../record/table.ts';
import { recordId } from './record-id.ts';
import { optional, schemaOf, text, time, uuid } from './rules.ts';

/**
 * The notification: its schema, its columns, and the mapping between them. For another topic and another table, change
 * this file and the migrations, nothing else.
 */

/** The columns that the sink writes, in the order of a row. `inserted_at` is the table's own. */
const COLUMNS = [
  ['id', 'uuid'],
  ['user_id', 'uuid'],
  ['event_type', 'text'],
  ['title', 'text'],
  ['body', 'text'],
  ['created_at', 'timestamptz'],
  ['source_topic', 'text'],
  ['source_partition', 'int'],
  ['source_offset', 'bigint'],
] as const;

/**
 * The table of the notifications. Its key tells whether a record is already there, however often it arrives (promise P2).
 *
 * @param name one or two parts, not quoted
 */
export function tableOf(name: readonly string[]): Table {
  return {
    name,
    columns: COLUMNS.map(([column, type]) => ({ name: column, type, nullable: false })),
    key: [0],
  };
}

const schema = schemaOf({
  id: optional(uuid),
  user_id: uuid,
  event_type: text(1, 100),
  title: text(1, 500),
  body: text(0, 65_536),
  created_at: optional(time),
});

/** A value that the schema found nothing wrong with. */
interface Notification {
  readonly id?: string | null;
  readonly user_id: string;
  readonly event_type: string;
  readonly title: string;
  readonly body: string;
  readonly created_at?: string | null;
}

/** The largest time that a JavaScript date can hold, in milliseconds since 1970. */
const MAX_TIME = 8.64e15;

/**
 * Maps a record's value to the row that holds it. A record without an id that was put back onto a topic gets the id that
 * it had there before, so that it is stored once, however often it is put back.
 *
 * @param value the record's value, parsed from JSON
 * @param record where it came from
 * @returns the row, its values in the order of the table's columns; or what is wrong with the value, without quoting it
 */
export function toRow(
  value: unknown,
  record: SinkRecord,
): { readonly row: Values } | { readonly issues: readonly Issue[] } {
  const issues = schema(value);
  if (issues.length > 0) return { issues };
  const notification = value as Notification;
  const { topic, partition, offset, timestamp } = record;
  if (!notification.created_at && (timestamp < 0 || timestamp > MAX_TIME))
    return {
      issues: [{ path: 'created_at', message: 'missing, and the record has no usable timestamp' }],
    };
  return {
    row: [
      notification.id?.toLowerCase() ?? recordId(originOf(record)),
      notification.user_id.toLowerCase(),
      notification.event_type,
      notification.title,
      notification.body,
      notification.created_at ?? new Date(timestamp).toISOString(),
      topic,
      String(partition),
      String(offset),
    ],
  };
}
