import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type pg from 'pg';
import type { DatabaseConfig } from '../config/database.ts';
import { StoreError } from '../errors.ts';
import { isObject } from '../kafka/read-event.ts';

/** Coordinates and credentials of the database, as `pg` takes them. */
export type Login = Pick<
  pg.ClientConfig,
  'connectionString' | 'host' | 'port' | 'user' | 'password' | 'database'
>;

export interface Credentials {
  /** What to log in with now; fetched once and kept. */
  current(): Promise<Login>;
  /**
   * Looks for another login after PostgreSQL rejected one: first the secret's current version, then its pending one,
   * which a rotation has already set in the database.
   *
   * @returns whether there is one that differs from the rejected
   */
  renew(rejected: Login): Promise<boolean>;
}

/**
 * @param secrets makes the Secrets Manager client; called only where a secret is configured
 */
export function createCredentials(
  source: DatabaseConfig['source'],
  secrets: () => SecretsManagerClient,
): Credentials {
  if (source.kind === 'url') {
    const login = { connectionString: source.url };
    return { current: async () => login, renew: async () => false };
  }
  const client = secrets();
  let kept: Promise<Login> | undefined;
  return {
    current() {
      // A failed fetch is not kept: the next batch asks again.
      kept ??= fetchLogin(client, source.arn, 'AWSCURRENT').catch((error) => {
        kept = undefined;
        throw error;
      });
      return kept;
    },
    async renew(rejected) {
      for (const stage of ['AWSCURRENT', 'AWSPENDING']) {
        const login = await fetchLogin(client, source.arn, stage).catch(noneIsPending);
        if (!login) return false;
        if (login.user !== rejected.user || login.password !== rejected.password) {
          kept = Promise.resolve(login);
          return true;
        }
      }
      return false;
    },
  };
}

/**
 * Reads a secret in the form that RDS uses.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html
 */
async function fetchLogin(
  client: SecretsManagerClient,
  arn: string,
  stage: string,
): Promise<Login> {
  const text = await client
    .send(new GetSecretValueCommand({ SecretId: arn, VersionStage: stage }))
    .then(({ SecretString }) => SecretString ?? '', unavailable);
  const { host, port, username, password, dbname } = parseSecret(text);
  if (typeof host !== 'string' || typeof username !== 'string' || typeof password !== 'string')
    throw new StoreError(
      'credentials',
      'The database secret is not in the RDS form: host, username and password must be strings.',
      null,
      null,
    );
  return {
    host,
    port: port === undefined ? 5432 : Number(port),
    user: username,
    password,
    database: typeof dbname === 'string' ? dbname : 'postgres',
  };
}

/** The SDK's message can hold the secret's name and the caller's identity; its error name is enough to act on. */
function unavailable(error: unknown): never {
  const name = error instanceof Error ? error.name : 'unknown error';
  throw new StoreError(
    'transient',
    `Secrets Manager did not give the secret (${name}).`,
    name,
    null,
  );
}

/** Only while a rotation is under way has a secret a pending version. */
function noneIsPending(error: unknown): null {
  if (error instanceof StoreError && error.code === 'ResourceNotFoundException') return null;
  throw error;
}

function parseSecret(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
