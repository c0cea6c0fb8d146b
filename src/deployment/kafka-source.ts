import { oneOf, pattern } from '../settings/kinds.ts';
import type { Reader } from '../settings/reader.ts';
import { KEY_ARN, type Network, readNetwork, SECRET_ARN } from './readers.ts';

/** Where the brokers are. */
export type KafkaSource =
  | { readonly kind: 'msk'; readonly clusterArn: string }
  | {
      readonly kind: 'self-managed';
      /** `host:port` each. */
      readonly bootstrapServers: readonly string[];
      readonly rootCaSecretArn: string | undefined;
      /** Empty where they can be reached from outside. */
      readonly network: Network;
    };

export type KafkaAuth = 'iam' | 'plain' | 'scram-sha-256' | 'scram-sha-512' | 'mtls' | 'none';

export interface KafkaLogin {
  readonly auth: KafkaAuth;
  readonly secretArn: string | undefined;
  readonly secretKmsKeyArn: string | undefined;
}

const CLUSTER = pattern(
  /^arn:aws[\w-]*:kafka:[a-z0-9-]+:\d{12}:cluster\/[\w.-]+\/[\w-]+$/,
  'the ARN of an MSK cluster, arn:aws:kafka:<region>:<account>:cluster/<name>/<id>',
);

const BROKERS = pattern(
  /^[A-Za-z0-9.-]+:\d{1,5}(,\s*[A-Za-z0-9.-]+:\d{1,5}){0,9}$/,
  'host:port, up to 10 separated by commas',
);

/** How each kind of cluster can be logged in to; MSK's first is its default. */
const AUTHS = {
  msk: ['iam', 'scram-sha-512', 'mtls'],
  'self-managed': ['plain', 'scram-sha-256', 'scram-sha-512', 'mtls', 'none'],
} as const satisfies Record<string, readonly KafkaAuth[]>;

export function readSource(env: Reader, kind: KafkaSource['kind']): KafkaSource {
  return kind === 'msk' ? readMsk(env) : readSelfManaged(env);
}

function readMsk(env: Reader): KafkaSource {
  for (const name of ['bootstrapServers', 'kafkaRootCaSecretArn', 'kafkaSubnetIds'])
    if (env.given(name)) env.problem(`${name} is set: it is for source=self-managed only`);
  return { kind: 'msk', clusterArn: env.required('clusterArn', CLUSTER) ?? '' };
}

function readSelfManaged(env: Reader): KafkaSource {
  if (env.given('clusterArn')) env.problem('clusterArn is set: it is for source=msk only');
  return {
    kind: 'self-managed',
    bootstrapServers: env.required('bootstrapServers', BROKERS)?.split(/,\s*/) ?? [],
    rootCaSecretArn: env.optional('kafkaRootCaSecretArn', SECRET_ARN),
    network: readNetwork(env, 'kafkaSubnetIds', 'kafkaSecurityGroupIds'),
  };
}

export function readLogin(env: Reader, source: KafkaSource): KafkaLogin {
  const auth = readAuth(env, source.kind);
  const needsSecret = auth !== 'iam' && auth !== 'none';
  if (needsSecret && env.given('kafkaAuth') && !env.given('kafkaSecretArn'))
    env.problem(`kafkaSecretArn is not set: kafkaAuth=${auth} needs ${SECRET_ARN.mustBe}`);
  if (!needsSecret && env.given('kafkaSecretArn'))
    env.problem(`kafkaSecretArn is set, but kafkaAuth=${auth} uses none`);
  if (auth === 'none' && source.kind === 'self-managed' && source.network.subnetIds.length === 0)
    env.problem('kafkaAuth=none works only inside a VPC: set kafkaSubnetIds');
  return {
    auth,
    secretArn: env.optional('kafkaSecretArn', SECRET_ARN),
    secretKmsKeyArn: env.optional('kafkaSecretKmsKeyArn', KEY_ARN),
  };
}

function readAuth(env: Reader, kind: KafkaSource['kind']): KafkaAuth {
  if (kind === 'msk') return env.withDefault('kafkaAuth', oneOf(...AUTHS.msk), AUTHS.msk[0]);
  return env.required('kafkaAuth', oneOf(...AUTHS['self-managed'])) ?? 'plain';
}
