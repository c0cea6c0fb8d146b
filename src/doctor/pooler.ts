import type pg from 'pg';
import type { Login } from '../postgres/connection/login.ts';
import { ProvenClient } from '../postgres/connection/proven-client.ts';
import { isDirect, pidOf } from '../postgres/connection/session.ts';
import { codeOf } from '../record/errors.ts';
import type { DatabaseSettings } from '../settings/database.ts';
import { within } from '../timing/within.ts';
import { failed, type Outcome, passed } from './check.ts';

export const POOLER = 'database pooler';

type Mode = 'session' | 'transaction' | 'statement';

/** Makes another client as the same user. */
type Connect = (database?: string) => pg.Client;

/** A pooler may keep a client waiting for a connection of the server. */
const LIMIT_MS = 3000;
/** Looks for a connection of the server that two clients share. */
const LOOKS = 3;

/**
 * Whether a pooler stands before PostgreSQL, which one, and in which mode, as far as that can be told.
 *
 * @param client is logged in
 * @param login as it has logged in
 * @param ssl so too
 */
export async function checkPooler(
  client: pg.Client,
  login: Login,
  ssl: DatabaseSettings['ssl'],
): Promise<Outcome<true>> {
  if (await isDirect(client))
    return { checks: [passed(POOLER, 'none: PostgreSQL itself answers')], value: true };
  const connect = (database = client.database) =>
    new ProvenClient({ ...login, database, ssl: ssl && { ...ssl } });
  const name = await nameOf(client.host, connect);
  const mode = await modeOf(connect);
  if (mode === 'statement') {
    const remedy =
      'Set pool_mode to transaction or session, in its settings or for this database: a batch is stored in a transaction, whole or not at all.';
    return { checks: [failed(POOLER, `${name} in statement mode`, remedy)], value: null };
  }
  const found = mode ? `${name} in ${mode} mode` : `${name}; no free connection told its mode`;
  return {
    checks: [passed(POOLER, `${found}: the sink leaves nothing behind there`)],
    value: true,
  };
}

/** https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-endpoints.html, and the connection strings of the others. */
const HOSTS: readonly (readonly [RegExp, string])[] = [
  [/\.proxy-[^.]+\.[^.]+\.rds\.amazonaws\.com/, 'RDS Proxy'],
  [/-pooler\..*\.neon\.tech$/, "Neon's pooler"],
  [/\.pooler\.supabase\.com$/, "Supabase's pooler"],
];

async function nameOf(host: string, connect: Connect): Promise<string> {
  const known = HOSTS.find(([pattern]) => pattern.test(host));
  if (known) return known[1];
  // Only who may look into PgBouncer gets an answer; others have no database of this name.
  const version = await using(connect('pgbouncer'), async (client) => {
    const { rows } = await client.query<{ version: string }>('SHOW VERSION');
    return rows[0]?.version;
  }).catch(() => undefined);
  return version?.startsWith('PgBouncer') ? version : 'a pooler, such as PgBouncer';
}

/** In session mode, a connection of the server stays with its client; else, another client gets it after each transaction. */
async function modeOf(connect: Connect): Promise<Mode | null> {
  try {
    return await using(connect(), async (first) => {
      const own = await pidOf(first);
      const begun = await first.query('BEGIN').catch((error: unknown) => codeOf(error));
      if (begun === '08P01') return 'statement';
      await first.query('COMMIT');
      return using(connect(), async (second) => {
        for (let look = 0; look < LOOKS; look += 1) {
          await second.query('BEGIN');
          const [other, again] = [await pidOf(second), await pidOf(first)];
          await second.query('COMMIT');
          if (other === own || again !== own) return 'transaction';
        }
        return 'session';
      });
    });
  } catch {
    return null;
  }
}

async function using<T>(client: pg.Client, work: (client: pg.Client) => Promise<T>): Promise<T> {
  client.on('error', () => {});
  try {
    return await within(LIMIT_MS, async () => {
      await client.connect();
      return work(client);
    });
  } finally {
    client.end().catch(() => {});
  }
}
