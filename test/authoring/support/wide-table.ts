/** A table of many types that leaves nothing to decide. */
export const WIDE_TABLE = `
CREATE SCHEMA shop;
CREATE EXTENSION ltree;
CREATE TYPE shop.order_status AS ENUM ('placed', 'paid', 'shipped');
CREATE TYPE shop."Order Kind" AS ENUM ('Web', 'Shop');
CREATE TYPE mood AS ENUM ('fine', 'so so');
CREATE DOMAIN shop.email AS varchar(320) CHECK (VALUE LIKE '%@%');
CREATE DOMAIN shop.work_email AS shop.email NOT NULL;
CREATE DOMAIN shop.quantity AS int NOT NULL CHECK (VALUE > 0);
CREATE TABLE shop."Order lines" (
  tenant_id text,
  order_id bigint,
  line_no smallint,
  row_number bigint GENERATED ALWAYS AS IDENTITY,
  sequence_number bigserial,
  product_id uuid NOT NULL,
  sku varchar(40) NOT NULL,
  note varchar,
  buyer shop.email,
  seller shop.work_email,
  counted shop.quantity[],
  quantity shop.quantity,
  price numeric(12, 2) NOT NULL,
  weight numeric,
  lots numeric(8) DEFAULT 1,
  taxed boolean NOT NULL DEFAULT true,
  total numeric(14, 2) GENERATED ALWAYS AS (price * 2) STORED,
  size real,
  "distance" double precision,
  status shop.order_status NOT NULL DEFAULT 'placed',
  "Kind" shop."Order Kind" NOT NULL,
  moods mood[],
  tags text[] NOT NULL,
  grid int[][],
  labels varchar(5)[],
  aliases varchar[],
  flags varbit,
  shipped_on date,
  opens time,
  lasts interval,
  placed_at timestamptz NOT NULL,
  local_time timestamp,
  created_at timestamptz NOT NULL DEFAULT now(),
  inserted_at timestamptz NOT NULL DEFAULT now(),
  raw json,
  attributes jsonb NOT NULL DEFAULT '{}',
  "fingerprint" bytea,
  client inet,
  network cidr,
  category ltree,
  valid_in tstzrange,
  "it's ""odd"".name" text,
  "constructor" text,
  "__proto__" text,
  source_topic text NOT NULL,
  kafka_partition int NOT NULL,
  source_offset bigint NOT NULL,
  kafka_timestamp timestamptz,
  PRIMARY KEY (tenant_id, order_id, line_no)
);`;
