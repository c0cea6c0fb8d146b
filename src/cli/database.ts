import pg from 'pg';
import { AuthoringError } from '../authoring/authoring-error.ts';
import type { Outcome } from '../doctor/check.ts';
import { checkCredentials } from '../doctor/credentials.ts';
import { checkLogin } from '../doctor/login.ts';
import { checkHostName, checkPort } from '../doctor/network.ts';
import { checkTls } from '../doctor/tls.ts';
import type { Login } from '../postgres/connection/login.ts';
import { toStoreError } from '../postgres/connection/sqlstate.ts';
import { isSinkError } from '../record/errors.ts';
import { type DatabaseSettings, readDatabase } from '../settings/database.ts';
import { type Env, readSettings } from '../settings/reader.ts';
import { within } from '../timing/within.ts';

/** For a goodbye that the server may not hear any more. */
const END_TIMEOUT_MS = 1000;

/**
 * Runs work on a connection of its own, by the DATABASE_* settings. The checks of `doctor` open it, so that what is wrong
 * is said as `doctor` says it.
 *
 * @throws {ConfigError | AuthoringError} that says what keeps the connection from being made, and what to do
 * @throws {StoreError} when a statement fails
 */
export async function withDatabase<T>(
  env: Env,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const { client } = await connect(env);
  try {
    return await work(client);
  } catch (error) {
    throw isSinkError(error) ? error : toStoreError(error);
  } finally {
    await goodbye(client);
  }
}

/**
 * Logs in by the DATABASE_* settings, and out again.
 *
 * @returns the settings and the login, which work
 * @throws {ConfigError | AuthoringError} as above
 */
export async function proveLogin(
  env: Env,
): Promise<{ readonly config: DatabaseSettings; readonly login: Login }> {
  const { client, ...proven } = await connect(env);
  await goodbye(client);
  return proven;
}

async function connect(env: Env) {
  const config = readSettings(env, readDatabase);
  const { connectTimeoutMs } = config;
  const login = await passing(checkCredentials(config.source));
  const { host, port } = new pg.Client(login);
  await passing(checkHostName(host));
  await passing(checkPort({ host, port }, connectTimeoutMs));
  await passing(checkTls({ host, port }, config.ssl, connectTimeoutMs));
  return { config, login, client: await passing(checkLogin(config, login)) };
}

async function goodbye(client: pg.Client): Promise<void> {
  await within(END_TIMEOUT_MS, () => client.end()).catch(() => {});
}

async function passing<T>(outcome: Promise<Outcome<T>>): Promise<T> {
  const { checks, value } = await outcome;
  if (value !== null) return value;
  const failures = checks.filter(({ status }) => status === 'failed');
  const sentences = failures.map(({ detail, remedy }) => `${capital(detail)}. ${remedy}`);
  throw new AuthoringError(sentences.join('\n'));
}

function capital(sentence: string): string {
  return `${sentence.slice(0, 1).toUpperCase()}${sentence.slice(1)}`;
}
