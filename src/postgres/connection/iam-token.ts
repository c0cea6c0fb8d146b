import { findCredentials } from '../../aws/credentials.ts';
import { configuredRegion } from '../../aws/sdk-config.ts';
import { StoreError } from '../../record/errors.ts';
import type { LoginSource } from '../../settings/login.ts';
import { lazy } from '../../timing/lazy.ts';
import type { Credentials } from './login.ts';

/** Sent when no token could be signed. `pg` refuses an empty password by itself. */
const NO_TOKEN = 'no token could be signed';

/**
 * IAM tokens instead of a password. A token is good for 15 minutes, and each connection gets a new one; that costs no
 * call, as it is signed here.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html
 */
export function createTokens({
  host,
  port,
  user,
  database,
}: Extract<LoginSource, { kind: 'iam' }>): Credentials {
  // Loaded only when it signs, and at the start then, as the first connection needs it.
  const load = lazy(async () => {
    const { Signer } = await import('@aws-sdk/rds-signer');
    return new Signer({
      ...{ hostname: host, port, username: user },
      ...{ credentials: findCredentials(), region: await configuredRegion()() },
    });
  });
  // Whoever needs it meets the failure.
  load().catch(() => {});
  let failure: StoreError | null = null;

  /**
   * Never rejects: `pg` would leave the connection open, and the server would wait for a password there for a minute.
   * PostgreSQL refuses what is sent instead at once, and then `renew` throws the cause.
   */
  async function password(): Promise<string> {
    try {
      const token = await (await load()).getAuthToken();
      failure = null;
      return token;
    } catch (error) {
      // The SDK's message can name the files and hosts of its providers of credentials.
      const name = error instanceof Error ? error.name : 'unknown error';
      failure = new StoreError('deployment', `No IAM token could be signed (${name}).`, name, null);
      return NO_TOKEN;
    }
  }

  return {
    current: async () => ({ host, port, user, password, database }),
    async renew() {
      if (failure) throw failure;
      return false;
    },
  };
}
