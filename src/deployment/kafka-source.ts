import { pattern } from '../settings/kinds.ts';
import type { Reader } from '../settings/reader.ts';
import { type Network, readNetwork, SECRET_ARN } from './readers.ts';

/** Where the brokers are. */
export type KafkaSource =
  | {
      readonly kind: 'msk';
      readonly clusterArn: string;
      /** The way to a cluster of another account. */
      readonly vpcConnectionArn: string | undefined;
    }
  | {
      readonly kind: 'self-managed';
      /** `host:port` each. */
      readonly bootstrapServers: readonly string[];
      readonly rootCaSecretArn: string | undefined;
      /** Empty where they can be reached from outside. */
      readonly network: Network;
      /** What the role may read where it logs in by IAM. */
      readonly clusterArn: string | undefined;
    };

const CLUSTER = pattern(
  /^arn:aws[\w-]*:kafka:[a-z0-9-]+:\d{12}:cluster\/[\w.-]+\/[\w-]+$/,
  'the ARN of an MSK cluster, arn:aws:kafka:<region>:<account>:cluster/<name>/<id>',
);

const VPC_CONNECTION = pattern(
  /^arn:aws[\w-]*:kafka:[a-z0-9-]+:\d{12}:vpc-connection\/\d{12}\/[\w.-]+\/[\w-]+$/,
  'the ARN of a VPC connection, arn:aws:kafka:<region>:<account>:vpc-connection/<account of the cluster>/<name>/<id>',
);

const BROKERS = pattern(
  /^[A-Za-z0-9.-]+:\d{1,5}(,\s*[A-Za-z0-9.-]+:\d{1,5}){0,9}$/,
  'host:port, up to 10 separated by commas',
);

export function readSource(env: Reader, kind: KafkaSource['kind']): KafkaSource {
  return kind === 'msk' ? readMsk(env) : readSelfManaged(env);
}

function readMsk(env: Reader): KafkaSource {
  for (const name of ['bootstrapServers', 'kafkaRootCaSecretArn', 'kafkaSubnetIds'])
    if (env.given(name)) env.problem(`${name} is set: it is for source=self-managed only`);
  return {
    kind: 'msk',
    clusterArn: env.required('clusterArn', CLUSTER) ?? '',
    vpcConnectionArn: env.optional('vpcConnectionArn', VPC_CONNECTION),
  };
}

function readSelfManaged(env: Reader): KafkaSource {
  if (env.given('vpcConnectionArn'))
    env.problem('vpcConnectionArn is set: it is for source=msk only');
  return {
    kind: 'self-managed',
    bootstrapServers: env.required('bootstrapServers', BROKERS)?.split(/,\s*/) ?? [],
    rootCaSecretArn: env.optional('kafkaRootCaSecretArn', SECRET_ARN),
    network: readNetwork(env, 'kafkaSubnetIds', 'kafkaSecurityGroupIds'),
    clusterArn: env.optional('clusterArn', CLUSTER),
  };
}
