import type { Row } from '../src/record/row.ts';

/** COPY's other format, to know what it would bring. https://www.postgresql.org/docs/current/sql-copy.html */
const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const TRAILER = Buffer.from([0xff, 0xff]);
/** PostgreSQL counts microseconds from here. */
const EPOCH_MS = Date.UTC(2000, 0, 1);

/** Encodes the benchmark's own rows; times with microseconds or offsets it does not know. */
export function encodeBinary(rows: readonly Row[]): Buffer {
  return Buffer.concat([SIGNATURE, ...rows.map(encodeTuple), TRAILER]);
}

function encodeTuple(row: Row): Buffer {
  const fields = [
    uuid(row.id),
    uuid(row.user_id),
    ...[row.event_type, row.title, row.body].map((text) => Buffer.from(String(text))),
    int8(BigInt(Date.parse(String(row.created_at)) - EPOCH_MS) * 1000n),
    Buffer.from(String(row.source_topic)),
    int4(Number(row.source_partition)),
    int8(BigInt(row.source_offset ?? 0)),
  ];
  const count = Buffer.alloc(2);
  count.writeInt16BE(fields.length);
  return Buffer.concat([count, ...fields.flatMap((field) => [int4(field.length), field])]);
}

const uuid = (value: Row[string] | undefined) =>
  Buffer.from(String(value).replaceAll('-', ''), 'hex');

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
