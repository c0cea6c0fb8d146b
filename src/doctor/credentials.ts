import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { awsTrouble, callAws, type Trouble } from '../aws/call.ts';
import { openClient } from '../aws/client.ts';
import { createCredentials } from '../postgres/connection/credentials.ts';
import type { Login } from '../postgres/connection/login.ts';
import { codeOf, StoreError } from '../record/errors.ts';
import type { DatabaseSettings } from '../settings/database.ts';
import { within } from '../timing/within.ts';
import { failed, type Outcome, passed } from './check.ts';

export const CREDENTIALS = 'database credentials';

const WAYS = {
  url: 'from DATABASE_URL',
  secret: 'the secret can be read and has the form of RDS',
  iam: 'an IAM token can be signed',
} as const satisfies Record<DatabaseSettings['source']['kind'], string>;

/** Whether there is something to log in with: a URL, a secret that can be read, or a token that can be signed. */
export async function checkCredentials(
  source: DatabaseSettings['source'],
): Promise<Outcome<Login>> {
  const secrets = openClient(SecretsManagerClient);
  try {
    const credentials = createCredentials(source, () => secrets);
    const login =
      source.kind === 'secret'
        ? await callAws(secrets, () => credentials.current())
        : await credentials.current();
    if (typeof login.password === 'function') {
      const sign = login.password;
      // What kept a token from being signed is told by the renewal, as the login itself must not throw.
      await within(10_000, async () => {
        await sign();
        await credentials.renew(login);
      });
    }
    return { checks: [passed(CREDENTIALS, WAYS[source.kind])], value: login };
  } catch (error) {
    const { detail, remedy } = troubleOf(error);
    return { checks: [failed(CREDENTIALS, detail, remedy)], value: null };
  } finally {
    secrets.destroy();
  }
}

function troubleOf(error: unknown): Trouble {
  // It was read, and what is wrong with it is said without quoting it.
  if (error instanceof StoreError && error.code === null)
    return {
      detail: error.message,
      remedy:
        'Write the secret as {"host", "port", "username", "password", "dbname"}; DATABASE_HOST, DATABASE_PORT and DATABASE_NAME replace what it says of the place.',
    };
  switch (codeOf(error)) {
    case 'ResourceNotFoundException':
      return {
        detail: 'the secret does not exist, or has no current version',
        remedy: 'Check the account, the region and the name in DATABASE_SECRET_ARN.',
      };
    case 'DecryptionFailure':
      return {
        detail: 'the secret cannot be decrypted',
        remedy: "Allow kms:Decrypt on the secret's key to the identity that runs this command.",
      };
    default:
      return awsTrouble(error, 'Secrets Manager', 'secretsmanager:GetSecretValue on the secret');
  }
}
