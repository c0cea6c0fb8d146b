import { createHash } from 'node:crypto';

/** Partitions of every topic of the benchmarks. */
export const PARTITIONS = 3;

/** Users that the notifications go to. */
export const USERS = 10_000;

/** Of every notification, where nothing else is said. */
export const BODY = 'Order 12345 left the warehouse this morning and is on its way to you. '.repeat(
  2,
);

/**
 * The notification of an index, about 350 bytes of JSON. Its ids are random as far as an index of PostgreSQL can tell,
 * and PostgreSQL can make them too, so that every row can be checked (bench/verify.ts).
 *
 * @param run sets the ids of one load apart from those of another
 */
export function makeNotification(run: string, index: number, createdAt: Date) {
  return {
    id: uuid(`${run}-${index}`),
    user_id: uuid(`user-${index % USERS}`),
    event_type: 'order.shipped',
    title: `Your order ${index} has shipped`,
    body: BODY,
    created_at: createdAt.toISOString(),
  };
}

/** Of a text: what `md5(text)::uuid` is in PostgreSQL. */
export function uuid(text: string): string {
  const hex = createHash('md5').update(text).digest('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
