/** What a definition imports. */
export type { Column, ColumnSpec, MetaColumn } from './definition/column.ts';
export {
  bigint,
  boolean,
  bytea,
  custom,
  date,
  doublePrecision,
  inet,
  integer,
  interval,
  json,
  jsonb,
  numeric,
  pgEnum,
  real,
  rest,
  smallint,
  text,
  time,
  timestamp,
  timestamptz,
  uuid,
  varchar,
  whole,
} from './definition/columns.ts';
export { type Columns, type Definition, defineSink, defineSinks } from './definition/define.ts';
export { meta } from './definition/meta.ts';
export type { StandardSchema } from './definition/schema.ts';
export { header, key } from './definition/sources.ts';
export type { SinkRecord } from './record/record.ts';
