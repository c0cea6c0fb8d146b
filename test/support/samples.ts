import type { Expectation } from '../../local/reconcile.ts';
import { INDEX_HEADER, INVALID } from '../../local/samples.ts';
import type { RejectionReason } from '../../src/record/fates.ts';
import type { SinkRecord } from '../../src/record/record.ts';
import { SINK } from './notifications.ts';

/** One sample notification and what must become of it. */
export interface Sample {
  readonly index: number;
  /** The record's key, and the number behind it. */
  readonly key: Buffer;
  readonly user: number;
  readonly value: Buffer | null;
  /** What its row must hold, by column; without `id` where the sink derives it. Null when it must be rejected. */
  readonly row: Readonly<Record<string, string>> | null;
  readonly rejected: RejectionReason | null;
}

/** What a sample differs in from the one that its index alone makes. */
export interface Variation {
  /** Why it must be rejected; null: it is valid. */
  readonly rejected?: RejectionReason | null;
  /** Replaces fields of the notification, or adds others. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** Whether the fields make it invalid by themselves, so that its value is left as it is. */
  readonly asGiven?: boolean;
}

/** The columns that come from the value. */
const COLUMNS = ['id', 'user_id', 'event_type', 'title', 'body', 'created_at'];

const USERS = 1000;

const TITLES = ['Your order has shipped', 'Доставлено ✅', '発送しました', 'Payment received 💶'];

/**
 * Makes the sample of an index; the same one each time, so that it need not be remembered.
 *
 * @param run sets the ids of one run apart from those of another in the same database
 */
export function makeSample(
  index: number,
  run: number,
  { rejected = INVALID[index % 100] ?? null, fields = {}, asGiven = false }: Variation = {},
): Sample {
  const slot = index % 100;
  const user = index % USERS;
  const userId = uuid(0xa, 0, user);
  const notification: Record<string, unknown> = {
    // Every tenth has no id and gets one from its coordinates.
    ...(slot % 10 === 0 ? {} : { id: uuid(0xb, run, index) }),
    user_id: userId,
    event_type: slot % 3 === 0 ? 'payment.received' : 'order.shipped',
    title: TITLES[index % TITLES.length] as string,
    body: `Notification ${index}: your order left the warehouse and is on its way.`,
    created_at: new Date(1_761_091_200_000 + index).toISOString(),
    ...fields,
  };
  const row = Object.fromEntries(
    COLUMNS.flatMap((name) => (name in notification ? [[name, String(notification[name])]] : [])),
  );
  return {
    ...(rejected ? { rejected, row: null } : { rejected, row }),
    index,
    key: Buffer.from(userId),
    user,
    value: makeValue(asGiven ? null : rejected, notification, Math.floor(index / 100)),
  };
}

/** The sample's record for a Kafka producer. */
export function messageOf({ index, key, value }: Sample, topic: string, partition: number) {
  const headers = new Map([[Buffer.from(INDEX_HEADER), Buffer.from(String(index))]]);
  return { topic, partition, key, headers, ...(value ? { value } : {}) };
}

/**
 * What must become of the record of a sample. The decoder says only what the value does not: what follows from the record's
 * coordinates.
 */
export function expectationOf(record: SinkRecord, { row, rejected }: Sample): Expectation {
  if (rejected) return { rejected };
  const decoded = SINK.decode(record);
  if (row === null || !('row' in decoded)) throw new Error('A valid sample must be decoded.');
  const { table } = SINK;
  return { table, row: table.columns.map(({ name }, at) => row[name] ?? decoded.row[at]) };
}

function makeValue(
  rejected: RejectionReason | null,
  notification: Readonly<Record<string, unknown>>,
  round: number,
): Buffer | null {
  const json = (change: Record<string, unknown>) =>
    Buffer.from(JSON.stringify({ ...notification, ...change }));
  switch (rejected) {
    case 'malformed_record': // Kafka has no such record: it is for the one who makes an event of it.
    case 'key_conflict': // The definition passes those over.
    case null:
      // Producers may add fields at any time.
      return json({ priority: 'high', tags: ['a', 'b'] });
    case 'tombstone':
      return null;
    case 'invalid_utf8':
      return Buffer.concat([json({}), Buffer.from([0xff, 0xfe])]);
    case 'invalid_json':
      return Buffer.from('{not json');
    case 'rejected_by_postgres':
      // ISO 8601 allows the offset, PostgreSQL does not: time zone displacement out of range (22009).
      return json({ created_at: '2025-10-22T00:00:00+23:59' });
    case 'invalid_value': {
      const ways = [
        { user_id: 'nobody' },
        { title: 'x'.repeat(501) },
        { body: 'a \0 in the text' },
        { created_at: 'yesterday' },
        { event_type: undefined },
      ];
      return json(ways[round % ways.length] as Record<string, unknown>);
    }
  }
}

function uuid(kind: number, run: number, index: number): string {
  const hex = (value: number, length: number) => value.toString(16).padStart(length, '0');
  return `${hex(run, 8)}-000${hex(kind, 1)}-4000-8000-${hex(index, 12)}`;
}
