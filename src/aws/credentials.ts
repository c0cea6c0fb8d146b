import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { codeOf } from '../record/errors.ts';
import { within } from '../timing/within.ts';
import { LIMITS } from './limits.ts';

/** Time in ms until there are credentials. They can need calls of their own: to STS, to the metadata of a container. */
const CREDENTIALS_MS = 8000;

const NETWORK = /^(TimeoutError|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|ECONN\w+|EHOSTUNREACH|ENETUNREACH)$/;

/**
 * Credentials as the SDK finds them, in a limited time.
 *
 * @returns finds them; rejects with `CredentialsProviderError` where there are none, and with `CredentialsUnreachable` where
 *   what gives them does not answer
 */
export function findCredentials(): ReturnType<typeof defaultProvider> {
  const find = defaultProvider({ clientConfig: { requestHandler: LIMITS } });
  return (identity) =>
    within(CREDENTIALS_MS, () => find(identity)).catch((error) => {
      if (!NETWORK.test(codeOf(error))) throw error;
      throw Object.assign(new Error('no credentials'), { name: 'CredentialsUnreachable' });
    });
}
