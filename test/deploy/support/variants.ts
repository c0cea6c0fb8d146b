import definition from '../../../sink.config.ts';
import { compileSinks } from '../../../src/definition/sinks.ts';
import type { DeploymentInput } from '../../../src/deployment/deployment-input.ts';
import { deploymentInput, LEAST, USUAL, VPC_CONNECTION } from './parameters.ts';

/** A Region of each kind that differs: old and new ones, China, the United States' government. */
export const REGIONS = [
  'us-east-1',
  'eu-central-1',
  'ap-southeast-5',
  'cn-north-1',
  'us-gov-west-1',
  'us-gov-east-1',
] as const;

const SECRET = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:kafka-user-AbCdEf';
const KEY = 'arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d-0000-1111-2222-333344445555';

/** Every property that a template can have, in few variants. */
const EVERYTHING = {
  filterCriteria: '[{"key":["a"]},{"value":{"event_type":["a"]}}]',
  consumerGroup: 'sinks/orders:1',
  startingPosition: 'LATEST',
  maximumRecordAge: '604800',
  reservedConcurrency: '20',
  logLevel: 'DEBUG',
  databaseSecretKmsKeyArn: KEY,
  databaseCaLayerArn: 'arn:aws:lambda:us-east-1:111122223333:layer:ca:1',
  databaseCaFile: '/opt/ca.pem',
  kmsKeyArn: KEY,
};
const IAM = {
  databaseSecretArn: '',
  databaseIamUser: 'sink',
  databaseResourceId: 'cluster-A1',
  databaseHost: 'db.example.com',
  databaseName: 'app',
};
const GLUE = { schemaRegistryUri: 'arn:aws:glue:us-east-1:111122223333:registry/events' };
const CONFLUENT = {
  schemaRegistryUri: 'https://registry.example.com',
  schemaRegistrySecretArn: SECRET,
};

const SEVERAL = compileSinks(['orders', 'payments'].map((topic) => ({ ...definition, topic })));

type Variant = Readonly<Record<string, string>>;

const SELF_MANAGED = USUAL['self-managed'];
/** Each way to log in, and to a cluster of another account. */
const LOGINS: readonly [string, Variant][] = [
  ...['scram-sha-512', 'mtls'].map((kafkaAuth): [string, Variant] => [
    `msk-${kafkaAuth}`,
    { ...LEAST.msk, kafkaAuth, kafkaSecretArn: SECRET, kafkaSecretKmsKeyArn: KEY },
  ]),
  ['msk-none', { ...LEAST.msk, kafkaAuth: 'none' }],
  ['msk-other-account', { ...LEAST.msk, vpcConnectionArn: VPC_CONNECTION }],
  ...['plain', 'scram-sha-256', 'mtls'].map((kafkaAuth): [string, Variant] => [
    `self-managed-${kafkaAuth}`,
    { ...SELF_MANAGED, kafkaAuth },
  ]),
  [
    'self-managed-oauth-queue',
    {
      ...{ ...SELF_MANAGED, kafkaAuth: 'oauth', consumption: 'queue' },
      ...{ kafkaOauthScope: 'kafka', kafkaOauthAudience: 'kafka' },
      ...{ kafkaOauthLogicalCluster: 'lkc-1', kafkaOauthIdentityPool: 'pool-1' },
    },
  ],
  ...[
    { kafkaAuth: 'iam-oauth', kafkaOauthAudience: 'kafka' },
    { kafkaAuth: 'iam', clusterArn: LEAST.msk.clusterArn },
    { kafkaAuth: 'none' },
  ].map((login): [string, Variant] => [
    `self-managed-${login.kafkaAuth}`,
    { ...SELF_MANAGED, kafkaSecretArn: '', ...login },
  ]),
];

/** Both kinds of cluster in both modes, with the least and with all; each login, which is the same in both, in one. */
const VARIANTS: Readonly<Record<string, Variant>> = Object.fromEntries(
  (['provisioned', 'on-demand'] as const).flatMap((mode): [string, Variant][] => {
    const provisioned = mode === 'provisioned';
    return [
      [`msk-${mode}-least`, { ...LEAST.msk, mode }],
      [`msk-${mode}-usual`, { ...USUAL.msk, mode }],
      [
        `msk-${mode}-all`,
        {
          ...USUAL.msk,
          ...EVERYTHING,
          ...(provisioned && { ...GLUE, pollerGroup: 'sinks' }),
          mode,
        },
      ],
      [
        `msk-${mode}-at-timestamp`,
        {
          ...LEAST.msk,
          startingPosition: 'AT_TIMESTAMP',
          startingPositionTimestamp: '1767225600',
          mode,
        },
      ],
      [`msk-${mode}-iam-user`, { ...LEAST.msk, ...IAM, mode }],
      [
        `self-managed-${mode}-all`,
        { ...SELF_MANAGED, ...EVERYTHING, ...(provisioned && CONFLUENT), mode },
      ],
      [`msk-${mode}-topics`, { ...LEAST.msk, mode, topic: 'orders,payments' }],
      ...(provisioned ? LOGINS : []),
      [`msk-${mode}-longest-name`, { ...LEAST.msk, mode, name: 'n'.repeat(59) }],
    ];
  }),
);

/** What is deployed of each variant in a Region, all ARNs of it and of its partition. */
export function variantsIn(region: string): readonly (readonly [string, DeploymentInput])[] {
  const partition = /^us-gov/.test(region) ? 'aws-us-gov' : /^cn-/.test(region) ? 'aws-cn' : 'aws';
  const local = (text: string) =>
    text.replaceAll('arn:aws:', `arn:${partition}:`).replaceAll('us-east-1', region);
  return Object.entries(VARIANTS).map(([name, variant]) => {
    const parameters = Object.entries(variant).map(([key, value]) => [key, local(value)]);
    const sinks = 'topic' in variant ? SEVERAL : undefined;
    return [
      name,
      { ...deploymentInput(Object.fromEntries(parameters), [], sinks), region },
    ] as const;
  });
}
