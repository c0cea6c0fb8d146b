-- Up Migration

CREATE SCHEMA shop;

CREATE TABLE shop.customers (
  customer_id bigint PRIMARY KEY,
  full_name text,
  email text,
  city text,
  registered_at timestamptz,
  source_timestamp timestamptz NOT NULL,
  source_offset bigint NOT NULL,
  deleted_at timestamptz
);

-- Down Migration

DROP SCHEMA shop CASCADE;
