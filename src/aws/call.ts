import { codeOf } from '../record/errors.ts';
import { within } from '../timing/within.ts';
import { ANSWER_MS } from './limits.ts';

/** A call with all its tries must end within this time. */
const CALL_TIMEOUT_MS = 2 * ANSWER_MS + 2000;

/** A call fails with `NoRegion` where none is configured; the SDK's own error has neither code nor name. */
export async function callAws<T>(
  client: { readonly config: { region: unknown } },
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return within(CALL_TIMEOUT_MS, async (signal) => {
    await regionOf(client);
    return call(signal);
  });
}

/** The region that a client is configured for. */
export async function regionOf(client: { readonly config: { region: unknown } }): Promise<string> {
  const find = client.config.region as () => Promise<string>;
  const region = await find().catch(() => '');
  if (region === '') throw Object.assign(new Error('no region'), { name: 'NoRegion' });
  return region;
}

export interface Trouble {
  readonly detail: string;
  readonly remedy: string;
}

const CREDENTIALS_REFUSED = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
]);

const DENIED = new Set(['AccessDenied', 'AccessDeniedException']);

/**
 * Words why AWS did not do what was asked.
 *
 * @param service name for a person
 * @param action that the caller's identity needs, for example `sqs:SendMessage`
 */
export function awsTrouble(error: unknown, service: string, action: string): Trouble {
  const code = codeOf(error);
  if (isDenied(error))
    return {
      detail: `${service} denies access (${code})`,
      remedy: `Allow ${action} to the identity that runs this command.`,
    };
  if (code === 'NoRegion')
    return {
      detail: 'no AWS region is configured',
      remedy: 'Set AWS_REGION, or give --region to a command that takes it.',
    };
  if (code === 'CredentialsProviderError')
    return {
      detail: 'no AWS credentials were found',
      remedy: 'Log in to AWS, or set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
    };
  if (CREDENTIALS_REFUSED.has(code))
    return {
      detail: `AWS refuses the credentials (${code})`,
      remedy: 'Log in to AWS again; check AWS_PROFILE, the region and the clock of this machine.',
    };
  if (code === 'CredentialsUnreachable')
    return {
      detail: 'what gives this process its AWS credentials does not answer',
      remedy:
        'Check the network to it from here: STS, the login portal, the metadata service of the machine or container, or the command that the profile names.',
    };
  return {
    detail: `${service} did not answer as it should (${describeAws(error)})`,
    remedy: `Check the network to ${service} from here, the region and AWS_ENDPOINT_URL; ${FROM_A_VPC}.`,
  };
}

const FROM_A_VPC = 'from a VPC it needs an interface endpoint or a NAT gateway';

/** Whether the network or its silence kept an answer away; the error says then which `host` was asked. */
export function isUnreachable(error: unknown): error is { readonly host: string } {
  return Object(error).host !== undefined;
}

/** Words an error for a line of the log: its code, and which host cannot be reached, if it is that. */
export function describeAws(error: unknown): string {
  const code = codeOf(error);
  return isUnreachable(error) ? `${code}: no answer from ${error.host}; ${FROM_A_VPC}` : code;
}

export function isDenied(error: unknown): boolean {
  return DENIED.has(codeOf(error));
}
