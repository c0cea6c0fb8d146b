-- Up Migration

CREATE SCHEMA shop;

CREATE TYPE shop.order_status AS ENUM ('placed', 'paid', 'shipped', 'cancelled');

CREATE TABLE shop.orders (
  tenant_id text NOT NULL,
  order_id bigint NOT NULL,
  customer_email varchar(320) NOT NULL,
  total numeric(12, 2) NOT NULL,
  status shop.order_status NOT NULL,
  items jsonb NOT NULL,
  note text,
  placed_at timestamptz NOT NULL,
  source_timestamp timestamptz NOT NULL,
  source_offset bigint NOT NULL,
  extra jsonb NOT NULL,
  PRIMARY KEY (tenant_id, order_id)
);

-- Down Migration

DROP SCHEMA shop CASCADE;
