import type { RejectionReason } from '../src/record/fates.ts';

/** One sample notification and what must become of it. */
export interface Sample {
  readonly index: number;
  /** `null`: PostgreSQL holds it; else the reason of its dead letter. */
  readonly rejected: RejectionReason | null;
  /** The notification, where the value is one. */
  readonly notification: Record<string, string> | null;
  /** The record's key, and the number behind it. */
  readonly key: Buffer;
  readonly user: number;
  readonly value: Buffer | null;
  /** How often it is sent. */
  readonly copies: number;
}

/** Ties a record in Kafka to its sample, whatever its value is. */
export const INDEX_HEADER = 'sample';

/** Of each hundred samples, one is invalid in each of these ways. A record that is malformed cannot come out of Kafka. */
const INVALID: Readonly<Record<number, RejectionReason>> = {
  7: 'tombstone',
  23: 'invalid_utf8',
  41: 'invalid_json',
  67: 'invalid_value',
  89: 'rejected_by_postgres',
};
/** And two are sent twice. */
const TWICE: readonly number[] = [13, 59];

const USERS = 1000;

export const PARTITIONS = 3;
const TITLES = ['Your order has shipped', 'Доставлено ✅', '発送しました', 'Payment received 💶'];

/**
 * Makes the sample of an index; the same one each time, so that it need not be remembered.
 *
 * @param run sets the ids of one run apart from those of another in the same database
 */
export function makeSample(index: number, run: number): Sample {
  const slot = index % 100;
  const rejected = INVALID[slot] ?? null;
  const user = index % USERS;
  const userId = uuid(0xa, 0, user);
  const notification: Record<string, string> = {
    // Every tenth has no id and gets one from its coordinates; those sent twice need one of their own.
    ...(slot % 10 === 0 ? {} : { id: uuid(0xb, run, index) }),
    user_id: userId,
    event_type: slot % 3 === 0 ? 'payment.received' : 'order.shipped',
    title: TITLES[index % TITLES.length] as string,
    body: `Notification ${index}: your order left the warehouse and is on its way.`,
    created_at: new Date(1_761_091_200_000 + index).toISOString(),
  };
  return {
    index,
    rejected,
    notification: rejected ? null : notification,
    key: Buffer.from(userId),
    user,
    value: makeValue(rejected, notification, Math.floor(index / 100)),
    copies: copiesOf(index),
  };
}

/** How often a sample is sent. */
export function copiesOf(index: number): number {
  return TWICE.includes(index % 100) ? 2 : 1;
}

/** The records that these samples make. */
export function countRecords(samples: number): number {
  const rest = samples % 100;
  return samples + 2 * Math.floor(samples / 100) + TWICE.filter((slot) => slot < rest).length;
}

function makeValue(
  rejected: RejectionReason | null,
  notification: Record<string, string>,
  round: number,
): Buffer | null {
  const json = (change: Record<string, unknown>) =>
    Buffer.from(JSON.stringify({ ...notification, ...change }));
  switch (rejected) {
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
    default: {
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
