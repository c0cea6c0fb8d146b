import type { Values } from '../src/record/table.ts';

/** COPY's other format, to know what it would bring. https://www.postgresql.org/docs/current/sql-copy.html */
const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const TRAILER = Buffer.from([0xff, 0xff]);
/** PostgreSQL counts microseconds from here. */
const EPOCH_MS = Date.UTC(2000, 0, 1);

/** Encodes the benchmark's own rows; times with microseconds or offsets it does not know. */
export function encodeBinary(rows: readonly Values[]): Buffer {
  return Buffer.concat([SIGNATURE, ...rows.map(encodeTuple), TRAILER]);
}

function encodeTuple(row: Values): Buffer {
  const [id, userId, eventType, title, body, createdAt, topic, partition, offset] = row.map(String);
  const fields = [
    uuid(id),
    uuid(userId),
    ...[eventType, title, body].map((text) => Buffer.from(String(text))),
    int8(BigInt(Date.parse(String(createdAt)) - EPOCH_MS) * 1000n),
    Buffer.from(String(topic)),
    int4(Number(partition)),
    int8(BigInt(offset ?? 0)),
  ];
  const count = Buffer.alloc(2);
  count.writeInt16BE(fields.length);
  return Buffer.concat([count, ...fields.flatMap((field) => [int4(field.length), field])]);
}

const uuid = (value: string | undefined) => Buffer.from(String(value).replaceAll('-', ''), 'hex');

function int4(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function int8(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
}
