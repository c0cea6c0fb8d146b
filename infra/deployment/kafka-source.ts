import type { EnvReader } from '../../src/settings/reader.ts';
import { KEY_ARN, type Network, readNetwork, readOptional, SECRET_ARN } from './readers.ts';

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

const CLUSTER_ARN = /^arn:aws[\w-]*:kafka:([a-z0-9-]+):\d{12}:cluster\/[\w.-]+\/[\w-]+$/;

/** How each kind of cluster can be logged in to; the first is the default, where there is one. */
const AUTHS = {
  msk: ['iam', 'scram-sha-512', 'mtls'],
  'self-managed': ['plain', 'scram-sha-256', 'scram-sha-512', 'mtls', 'none'],
} as const satisfies Record<string, readonly KafkaAuth[]>;

export function readSource(env: EnvReader, kind: KafkaSource['kind'], region: string): KafkaSource {
  return kind === 'msk' ? readMsk(env, region) : readSelfManaged(env);
}

function readMsk(env: EnvReader, region: string): KafkaSource {
  for (const name of ['bootstrapServers', 'kafkaRootCaSecretArn', 'kafkaSubnetIds'])
    if (env.given(name)) env.problem(`${name} is set: it is for source=self-managed only`);
  const clusterArn = env.matching(
    'clusterArn',
    undefined,
    CLUSTER_ARN,
    'the ARN of an MSK cluster, arn:aws:kafka:<region>:<account>:cluster/<name>/<id>',
  );
  const [, clusterRegion] = CLUSTER_ARN.exec(clusterArn) ?? [];
  if (clusterRegion && clusterRegion !== region)
    env.problem(
      `clusterArn is in ${clusterRegion}, but region is ${region}: the function must be in the region of its cluster`,
    );
  return { kind: 'msk', clusterArn };
}

function readSelfManaged(env: EnvReader): KafkaSource {
  if (env.given('clusterArn')) env.problem('clusterArn is set: it is for source=msk only');
  return {
    kind: 'self-managed',
    bootstrapServers: env
      .matching(
        'bootstrapServers',
        undefined,
        /^[A-Za-z0-9.-]+:\d{1,5}(,\s*[A-Za-z0-9.-]+:\d{1,5}){0,9}$/,
        'host:port, up to 10 separated by commas',
      )
      .split(/,\s*/),
    rootCaSecretArn: readOptional(env, 'kafkaRootCaSecretArn', ...SECRET_ARN),
    network: readNetwork(env, 'kafkaSubnetIds', 'kafkaSecurityGroupIds'),
  };
}

export function readLogin(env: EnvReader, source: KafkaSource): KafkaLogin {
  const accepted: readonly KafkaAuth[] = AUTHS[source.kind];
  if (source.kind === 'self-managed' && !env.given('kafkaAuth'))
    env.problem(`kafkaAuth is not set: set it to one of ${accepted.join(', ')}`);
  const auth = env.oneOf('kafkaAuth', accepted[0] ?? 'none', accepted);
  const needsSecret = auth !== 'iam' && auth !== 'none';
  if (needsSecret && env.given('kafkaAuth') && !env.given('kafkaSecretArn'))
    env.problem(`kafkaSecretArn is not set: kafkaAuth=${auth} needs ${SECRET_ARN[1]}`);
  if (!needsSecret && env.given('kafkaSecretArn'))
    env.problem(`kafkaSecretArn is set, but kafkaAuth=${auth} uses none`);
  if (auth === 'none' && source.kind === 'self-managed' && source.network.subnetIds.length === 0)
    env.problem('kafkaAuth=none is accepted only inside a VPC: set kafkaSubnetIds');
  return {
    auth,
    secretArn: readOptional(env, 'kafkaSecretArn', ...SECRET_ARN),
    secretKmsKeyArn: readOptional(env, 'kafkaSecretKmsKeyArn', ...KEY_ARN),
  };
}
