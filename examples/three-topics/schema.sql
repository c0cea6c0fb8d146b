-- Up Migration

CREATE SCHEMA shop;

CREATE TYPE shop.payment_method AS ENUM ('card', 'transfer', 'cash');

CREATE TABLE shop.customers (
  tenant_id uuid NOT NULL,
  customer_id uuid NOT NULL,
  full_name text NOT NULL,
  email varchar(320) NOT NULL,
  birth_date date,
  tags text[] NOT NULL,
  newsletter boolean NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, customer_id)
);

CREATE TABLE shop.payments (
  provider text NOT NULL,
  payment_id bigint NOT NULL,
  amount numeric(12, 2) NOT NULL CHECK (amount > 0),
  method shop.payment_method NOT NULL,
  paid_at timestamptz NOT NULL,
  source_partition int NOT NULL,
  source_offset bigint NOT NULL,
  source_timestamp timestamptz NOT NULL,
  PRIMARY KEY (provider, payment_id)
);

CREATE TABLE shop.page_views (
  id uuid PRIMARY KEY,
  path text NOT NULL,
  client_ip inet,
  seconds double precision,
  viewed_at timestamptz NOT NULL,
  details jsonb NOT NULL,
  stored_at timestamptz NOT NULL DEFAULT now()
);

-- Down Migration

DROP SCHEMA shop CASCADE;
