import { bigint, defineSink, integer, key, meta, text, timestamptz } from '../src/index.ts';

/** A table of states, and how the sink fills it. */
export const TABLE = 'customers';

export const CREATE_TABLE = `
  CREATE TABLE ${TABLE} (
    id bigint PRIMARY KEY,
    name text NOT NULL,
    email text NOT NULL,
    points integer NOT NULL,
    updated_at timestamptz NOT NULL,
    source_timestamp timestamptz NOT NULL,
    source_offset bigint NOT NULL
  )`;

export const DEFINITION = defineSink({
  ...{ topic: TABLE, table: TABLE, key: 'id' },
  columns: {
    id: bigint().from(key('id')),
    name: text(),
    email: text(),
    points: integer(),
    updated_at: timestamptz(),
    source_timestamp: meta.timestamp,
    source_offset: meta.offset,
  },
  write: {
    mode: 'upsert',
    version: ['source_timestamp', 'source_offset'],
    tombstones: 'delete',
  },
});
