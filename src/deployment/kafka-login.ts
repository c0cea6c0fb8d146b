import { oneOf, pattern } from '../settings/kinds.ts';
import type { Reader } from '../settings/reader.ts';
import type { KafkaSource } from './kafka-source.ts';
import { KEY_ARN, SECRET_ARN } from './readers.ts';

/** How each kind of cluster can be logged in to; MSK's first is its default. */
const AUTHS = {
  msk: ['iam', 'scram-sha-512', 'mtls', 'none'],
  'self-managed': [
    ...(['plain', 'scram-sha-256', 'scram-sha-512', 'mtls'] as const),
    ...(['oauth', 'iam-oauth', 'iam', 'none'] as const),
  ],
} as const;
export type KafkaAuth = (typeof AUTHS)[keyof typeof AUTHS][number];

export interface KafkaLogin {
  readonly auth: KafkaAuth;
  readonly secretArn: string | undefined;
  readonly secretKmsKeyArn: string | undefined;
  readonly oauth: OAuth;
}

/** What Lambda asks a token for, and tells the broker beside it. */
export interface OAuth {
  readonly scope: string | undefined;
  readonly audience: string | undefined;
  readonly logicalCluster: string | undefined;
  readonly identityPool: string | undefined;
}

const WITHOUT_SECRET: ReadonlySet<KafkaAuth> = new Set(['iam', 'iam-oauth', 'none']);

export function readLogin(env: Reader, source: KafkaSource): KafkaLogin {
  const auth = readAuth(env, source.kind);
  const needsSecret = !WITHOUT_SECRET.has(auth);
  if (needsSecret && env.given('kafkaAuth') && !env.given('kafkaSecretArn'))
    env.problem(`kafkaSecretArn is not set: kafkaAuth=${auth} needs ${SECRET_ARN.mustBe}`);
  if (!needsSecret && env.given('kafkaSecretArn'))
    env.problem(`kafkaSecretArn is set, but kafkaAuth=${auth} uses none`);
  if (source.kind === 'self-managed') checkSelfManaged(env, auth, source);
  return {
    auth,
    secretArn: env.optional('kafkaSecretArn', SECRET_ARN),
    secretKmsKeyArn: env.optional('kafkaSecretKmsKeyArn', KEY_ARN),
    oauth: readOAuth(env, auth),
  };
}

function checkSelfManaged(
  env: Reader,
  auth: KafkaAuth,
  { network, clusterArn }: KafkaSource & { kind: 'self-managed' },
): void {
  if (auth === 'none' && network.subnetIds.length === 0)
    env.problem('kafkaAuth=none works only inside a VPC: set kafkaSubnetIds');
  if (auth === 'iam' && !env.given('clusterArn'))
    env.problem(
      'clusterArn is not set: with kafkaAuth=iam it names the cluster that the role may read',
    );
  if (auth !== 'iam' && clusterArn !== undefined)
    env.problem('clusterArn is set: it is for source=msk, or kafkaAuth=iam');
}

function readAuth(env: Reader, kind: KafkaSource['kind']): KafkaAuth {
  if (kind === 'msk') return env.withDefault('kafkaAuth', oneOf(...AUTHS.msk), AUTHS.msk[0]);
  return env.required('kafkaAuth', oneOf(...AUTHS['self-managed'])) ?? 'plain';
}

const VALUE = pattern(/^[\x21-\x7e]+( [\x21-\x7e]+)*$/, 'text of ASCII');

/** Which of them goes with which login: https://docs.aws.amazon.com/lambda/latest/api/API_SourceAccessConfiguration.html */
function readOAuth(env: Reader, auth: KafkaAuth): OAuth {
  const read = (name: string, ...auths: readonly KafkaAuth[]) => {
    const value = env.optional(name, VALUE);
    if (value !== undefined && !auths.includes(auth))
      env.problem(`${name} is set: it is for kafkaAuth=${auths.join(' or ')}, not ${auth}`);
    return value;
  };
  const audience = read('kafkaOauthAudience', 'oauth', 'iam-oauth');
  if (auth === 'iam-oauth' && !env.given('kafkaOauthAudience'))
    env.problem('kafkaOauthAudience is not set: kafkaAuth=iam-oauth asks for a token for it');
  return {
    audience,
    scope: read('kafkaOauthScope', 'oauth'),
    logicalCluster: read('kafkaOauthLogicalCluster', 'oauth'),
    identityPool: read('kafkaOauthIdentityPool', 'oauth'),
  };
}
