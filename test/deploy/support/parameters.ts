import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { DeploymentInput } from '../../../src/deployment/deployment-input.ts';
import { SINKS } from '../../support/notifications.ts';

const file = new URL('../../../infra/parameters.yml', import.meta.url);

/** The defaults of `infra/parameters.yml`. */
export const DEFAULTS: Readonly<Record<string, unknown>> = parse(
  readFileSync(file, 'utf8'),
).default;

const SECRET = 'arn:aws:secretsmanager:us-east-1:111122223333:secret';
const DATABASE = { databaseSecretArn: `${SECRET}:notifications-db-AbCdEf` };
const NETWORK = {
  vpcSubnetIds: 'subnet-0a1b0a1b,subnet-0c2d0c2d',
  vpcSecurityGroupIds: 'sg-0a1b0a1b',
};

/** The least that each kind of cluster needs. */
export const LEAST = {
  msk: {
    ...DATABASE,
    clusterArn: 'arn:aws:kafka:us-east-1:111122223333:cluster/orders/6a7b8c9d-0000-1111-3',
  },
  'self-managed': {
    ...DATABASE,
    source: 'self-managed',
    bootstrapServers: 'b-1.example.com:9096,b-2.example.com:9096',
    kafkaAuth: 'scram-sha-512',
    kafkaSecretArn: `${SECRET}:kafka-user-AbCdEf`,
  },
} as const;

export const VPC_CONNECTION =
  'arn:aws:kafka:us-east-1:444455556666:vpc-connection/111122223333/orders/6a7b8c9d-0000-1111-3';

/** What the golden templates are made of: everything that is usual in production. */
export const USUAL = {
  msk: { ...LEAST.msk, ...NETWORK, alarmTopicArn: 'arn:aws:sns:us-east-1:111122223333:on-call' },
  'self-managed': {
    ...LEAST['self-managed'],
    ...NETWORK,
    kafkaRootCaSecretArn: `${SECRET}:kafka-ca-AbCdEf`,
    kafkaSecretKmsKeyArn: 'arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d',
    kafkaSubnetIds: 'subnet-0e3f0e3f',
    kafkaSecurityGroupIds: 'sg-0e3f0e3f',
    alarmTopicArn: 'arn:aws:sns:us-east-1:111122223333:on-call',
  },
} as const;

/** What the framework hands over for these parameters on top of the defaults. */
export function deploymentInput(
  parameters: Readonly<Record<string, unknown>>,
  unknown: readonly string[] = [],
  sinks = SINKS,
): DeploymentInput {
  return {
    service: 'kafka-pg-sink',
    stage: 'test',
    region: 'us-east-1',
    parameters: { ...DEFAULTS, ...parameters },
    sinks,
    unknown,
  };
}
