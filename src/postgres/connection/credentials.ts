import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { callAws, describeAws, isUnreachable } from '../../aws/call.ts';
import { codeOf, StoreError } from '../../record/errors.ts';
import { isObject } from '../../record/guards.ts';
import { DEFAULT_PORT } from '../../settings/database-url.ts';
import type { Kind } from '../../settings/kinds.ts';
import type { LoginSource } from '../../settings/login.ts';
import { DATABASE } from '../../settings/table/database.ts';
import { lazy } from '../../timing/lazy.ts';
import { createTokens } from './iam-token.ts';
import type { Credentials, Login } from './login.ts';

/** Of Secrets Manager: one version of a secret, as it is written there. */
type ReadSecret = (stage: 'AWSCURRENT' | 'AWSPENDING') => Promise<string>;

/**
 * @param secrets makes the Secrets Manager client, instead of the usual one; called only when a secret is
 *   configured
 */
export function createCredentials(
  source: LoginSource,
  secrets?: () => SecretsManagerClient,
): Credentials {
  if (source.kind === 'url') {
    const { login } = source;
    return { current: async () => login, renew: async () => false };
  }
  if (source.kind === 'iam') return createTokens(source);
  const read = createReader(source.arn, secrets);
  let kept: Promise<Login> | undefined;
  return {
    current() {
      // A failed fetch is not kept: the next batch asks again.
      kept ??= fetchLogin(read, source, 'AWSCURRENT').catch((error) => {
        kept = undefined;
        throw error;
      });
      return kept;
    },
    async renew(rejected) {
      for (const stage of ['AWSCURRENT', 'AWSPENDING'] as const) {
        const login = await fetchLogin(read, source, stage).catch(noneIsPending);
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

/** The client is loaded only when a secret is configured, and at the start then, as the first batch needs it. */
function createReader(arn: string, secrets?: () => SecretsManagerClient): ReadSecret {
  const load = lazy(async () => {
    const { openClient, SecretsManagerClient, GetSecretValueCommand } = await import(
      '../../aws/secrets-manager.ts'
    );
    // The sink tries again by itself.
    return { client: secrets?.() ?? openClient(SecretsManagerClient, 1), GetSecretValueCommand };
  });
  // Whoever needs it meets the failure.
  load().catch(() => {});
  return async (stage) => {
    const { client, GetSecretValueCommand } = await load();
    const command = new GetSecretValueCommand({ SecretId: arn, VersionStage: stage });
    const { SecretString = '' } = await callAws(client, (abortSignal) =>
      client.send(command, { abortSignal }),
    ).catch(unavailable);
    return SecretString;
  };
}

/**
 * Reads a secret in the form that RDS uses. One that RDS manages itself holds no host; and behind an RDS Proxy the
 * secret's host is not the one to connect to.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html
 */
async function fetchLogin(
  read: ReadSecret,
  source: Extract<LoginSource, { kind: 'secret' }>,
  stage: Parameters<ReadSecret>[0],
): Promise<Login> {
  const secret = parseSecret(await read(stage));
  const { username, password } = secret;
  if (!isText(username) || !isText(password))
    throw new StoreError(
      'credentials',
      'The database secret is not in the RDS form: username and password must be strings, and not empty.',
      null,
      null,
    );
  // Either form is in use.
  const written = typeof secret.port === 'number' ? String(secret.port) : secret.port;
  const host = source.host ?? parsed(HOST.kind, secret.host);
  const port = source.port ?? parsed(PORT.kind, written ?? String(DEFAULT_PORT));
  const database = source.database ?? parsed(NAME.kind, secret.dbname ?? 'postgres');
  if (host !== undefined && port !== undefined && database !== undefined)
    return { host, port, user: username, password, database };
  const wrong = [
    ...(host === undefined ? [`host must be ${HOST.kind.mustBe} (or set ${HOST.variable})`] : []),
    ...(port === undefined ? [`port must be ${PORT.kind.mustBe} (or set ${PORT.variable})`] : []),
    ...(database === undefined
      ? [`dbname must be ${NAME.kind.mustBe} (or set ${NAME.variable})`]
      : []),
  ];
  throw new StoreError(
    'deployment',
    `The database secret does not say where the database is: ${wrong.join('; ')}.`,
    null,
    null,
  );
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** What a secret holds must be what the settings that replace it must be. */
const { host: HOST, port: PORT, name: NAME } = DATABASE.settings;

const parsed = <T>(kind: Kind<T>, value: unknown): T | undefined =>
  typeof value === 'string' ? kind.parse(value) : undefined;

/** The SDK's message can hold the secret's name and the caller's identity; code and host are enough to act on. */
function unavailable(error: unknown): never {
  const message = `Secrets Manager did not give the secret (${describeAws(error)}).`;
  const known = new StoreError('transient', message, codeOf(error), null);
  throw isUnreachable(error) ? Object.assign(known, { host: error.host }) : known;
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
