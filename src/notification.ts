import { v5 as uuidV5 } from 'uuid';
import { z } from 'zod';
import type { Issue } from './fate.ts';
import type { KafkaRecord } from './kafka/event.ts';

/**
 * The notification: its schema, its columns, and the mapping between them. For another topic and another table, change
 * this file and the migrations, nothing else.
 */

/** The columns that the sink writes, with their PostgreSQL types. `inserted_at` is the table's own. */
export const COLUMNS = {
  id: 'uuid',
  user_id: 'uuid',
  event_type: 'text',
  title: 'text',
  body: 'text',
  created_at: 'timestamptz',
  source_topic: 'text',
  source_partition: 'int',
  source_offset: 'bigint',
} as const;

export type Row = Readonly<Record<keyof typeof COLUMNS, string | number>>;

/** The column that tells whether a record is already there, however often it arrives (promise P2). */
export const IDENTITY: keyof typeof COLUMNS = 'id';

/** Fixed for good: another namespace would give the records of a redelivery other ids. */
const ID_NAMESPACE = '4e5d1ad2-7f3c-5a51-9f0d-2f6b8f6f2a10';

/** PostgreSQL's canonical form, any version and variant: what its uuid type can hold is fit. */
const uuid = z.guid({ error: 'not a UUID' }).toLowerCase();

/** Characters as PostgreSQL counts them: code points, so that an emoji is one. */
const text = (min: number, max: number) =>
  z
    .string({ error: 'not a string' })
    .refine((value) => value.isWellFormed() && !value.includes('\0'), {
      error: 'holds a lone surrogate or U+0000, which PostgreSQL text cannot store',
    })
    .refine((value) => value.length >= min && !exceeds(value, max), {
      error: min > 0 ? `not ${min} to ${max} characters long` : `longer than ${max} characters`,
    });

function exceeds(value: string, max: number): boolean {
  if (value.length <= max) return false;
  return value.length > 2 * max || Array.from(value).length > max;
}

const NOT_A_TIME = 'not an ISO 8601 time with an offset';
const isoTime = z.iso.datetime({ offset: true });

/** ISO 8601 lets seconds and the offset's minutes and colon be left out; all of these forms PostgreSQL reads too. */
function isIsoTime(value: string): boolean {
  const [, time = '', hours, minutes = '00'] =
    /^(.*?T.*?)(?:Z|([+-]\d\d)(?::?(\d\d))?)$/.exec(value) ?? [];
  const seconds = /T\d\d:\d\d$/.test(time) ? ':00' : '';
  const zone = hours === undefined ? 'Z' : `${hours}:${minutes}`;
  return isoTime.safeParse(`${time}${seconds}${zone}`).success;
}

const schema = z.object(
  {
    // Many serializers write an absent optional field as null.
    id: uuid.nullish(),
    user_id: uuid,
    event_type: text(1, 100),
    title: text(1, 500),
    body: text(0, 65_536),
    created_at: z.string({ error: NOT_A_TIME }).refine(isIsoTime, { error: NOT_A_TIME }).nullish(),
  },
  { error: 'not a JSON object' },
);

export type Notification = z.infer<typeof schema>;

/**
 * Maps a record's value to the row that holds it.
 *
 * @param value the record's value, parsed from JSON
 * @param record where it came from
 * @returns the row, or what is wrong with the value, without quoting it
 */
export function toRow(value: unknown, record: KafkaRecord): Row | readonly Issue[] {
  const parsed = schema.safeParse(value);
  if (!parsed.success)
    return parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  const notification = parsed.data;
  const { topic, partition, offset, timestamp } = record;
  if (!notification.created_at && timestamp < 0)
    return [{ path: 'created_at', message: 'absent, and the record has no timestamp either' }];
  return {
    id: notification.id ?? uuidV5(`${topic}-${partition}-${offset}`, ID_NAMESPACE),
    user_id: notification.user_id,
    event_type: notification.event_type,
    title: notification.title,
    body: notification.body,
    created_at: notification.created_at ?? new Date(timestamp).toISOString(),
    source_topic: topic,
    source_partition: partition,
    source_offset: offset,
  };
}
