import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import customers from '../../examples/customers/sink.config.ts';
import definition from '../../sink.config.ts';
import { compileSinks } from '../../src/definition/sinks.ts';
import { createDeployment } from '../../src/deployment/deployment.ts';
import { PARAMETER_NAMES } from '../../src/deployment/parameter-names.ts';
import { readLambdaSettings } from '../../src/settings/lambda.ts';
import { SINKS } from '../support/notifications.ts';
import { buildBundle, mappingOf, packageStage, propertiesOf } from './support/package.ts';
import { DEFAULTS, deploymentInput, LEAST, VPC_CONNECTION } from './support/parameters.ts';

const LOGGING = { LogFormat: 'JSON', ApplicationLogLevel: 'INFO' };
const SECRET = LEAST.msk.databaseSecretArn;

/** What stops packaging, line by line. */
function problems(parameters: Readonly<Record<string, unknown>>, unknown?: string[]): string[] {
  try {
    createDeployment(deploymentInput(parameters, unknown));
  } catch (error) {
    return (error as { problems: string[] }).problems;
  }
  return [];
}

/** The properties of the mapping, and the statements of the role, by their names. */
function deploy(parameters: Readonly<Record<string, unknown>>, sinks = SINKS) {
  const deployment = createDeployment(deploymentInput(parameters, [], sinks));
  const { Policies } = propertiesOf(deployment.resources, 'SinkRole');
  const statements: { Sid: string }[] = Policies[0].PolicyDocument.Statement;
  return {
    ...deployment,
    environment: deployment.function.environment,
    own: deployment.resources.extensions.SinkLambdaFunction?.Properties,
    mapping: mappingOf(deployment.resources).properties,
    mappingName: mappingOf(deployment.resources).id,
    statements: Object.fromEntries(statements.map((statement) => [statement.Sid, statement])),
  };
}

test('a group begins at the records of a time, which must be given, in seconds, and be over', () => {
  const at = { ...LEAST.msk, startingPosition: 'AT_TIMESTAMP' };
  expect(deploy({ ...at, startingPositionTimestamp: '1767225600' }).mapping).toMatchObject({
    StartingPosition: 'AT_TIMESTAMP',
    StartingPositionTimestamp: 1767225600,
  });
  expect(problems(at)).toEqual([expect.stringMatching(/^startingPositionTimestamp is not set/)]);
  expect(problems({ ...at, startingPositionTimestamp: '1767225600000' })).toEqual([
    expect.stringMatching(/^startingPositionTimestamp=.*not in the future/),
  ]);
  expect(problems({ ...LEAST.msk, startingPositionTimestamp: '1767225600' })).toEqual([
    'startingPositionTimestamp is set: it is for startingPosition=AT_TIMESTAMP only',
  ]);
});

describe('on the command line', () => {
  beforeAll(buildBundle);

  test('packaging goes on with a note, said once, and tags for all of the stack', async () => {
    const { code, output, stackTags } = await packageStage('dev', {
      ...LEAST.msk,
      reservedConcurrency: '20',
    });
    expect(code, output).toBe(0);
    expect(output.match(/^Note: reservedConcurrency=20 /gm)).toHaveLength(1);
    expect(stackTags).toEqual({ service: 'kafka-pg-sink', stage: 'dev' });
  });

  test('a missing parameter stops packaging with a sentence that names it', async () => {
    const { clusterArn: _, ...rest } = LEAST.msk;
    const { code, output } = await packageStage('dev', rest);
    expect(code).toBe(1);
    expect(output).toBe(
      [
        '1 setting is wrong:',
        '  - clusterArn is not set: set it to the ARN of an MSK cluster, arn:aws:kafka:<region>:<account>:cluster/<name>/<id>',
        '',
        'Parameters are set under params of serverless.yml or with --param="name=value"; infra/parameters.yml of kafka-pg-sink describes them, and docs/deploy.md the steps.\n',
      ].join('\n'),
    );
  });

  test('so does one that does not exist, and each wrong value with what it must be', async () => {
    const { code, output } = await packageStage('dev', {
      ...LEAST.msk,
      topik: 'a',
      batchSize: '0',
    });
    expect(code).toBe(1);
    expect(output).toContain(
      [
        '2 settings are wrong:',
        '  - topik is no parameter: it must be one of the names in infra/parameters.yml',
        '  - batchSize="0": must be a whole number from 1 to 10000 (records)',
      ].join('\n'),
    );
  });
});

describe('what AWS may refuse, and packaging cannot look at, is said', () => {
  const notesOf = (parameters: Readonly<Record<string, unknown>>) =>
    createDeployment(deploymentInput(parameters)).notes;

  test('nothing, usually', () => {
    expect(notesOf(LEAST.msk)).toEqual([]);
  });

  test('a reserve of concurrency, with the limit that the account needs for it', () => {
    expect(notesOf({ ...LEAST.msk, reservedConcurrency: 20 })).toEqual([
      expect.stringMatching(/^reservedConcurrency=20 needs an account whose limit is 120 or more/),
    ]);
  });

  test('more topics than the policy of the role has room for', () => {
    const notesFor = (count: number) => {
      const topics = Array.from({ length: count }, (_, n) => ({
        ...definition,
        topic: `shop.orders.part-${n}`,
      }));
      return createDeployment({ ...deploymentInput(LEAST.msk), sinks: compileSinks(topics) }).notes;
    };
    expect(notesFor(10)).toEqual([]);
    expect(notesFor(40)).toEqual([
      expect.stringMatching(
        /^the 40 topics take \d+ characters of the role's policy, for which IAM has 10240 in all: deploy some/,
      ),
    ]);
  });

  test('a key of your own, which CloudWatch Logs must be allowed to use', () => {
    const kmsKeyArn = 'arn:aws:kms:us-east-1:111122223333:key/0a1b';
    expect(notesOf({ ...LEAST.msk, kmsKeyArn })).toEqual([
      expect.stringMatching(/^kmsKeyArn: .*CloudWatch Logs/),
    ]);
  });

  test('a client certificate, whose key may not be encrypted as OpenSSL does it', () => {
    const mtls = { ...LEAST['self-managed'], kafkaAuth: 'mtls' };
    expect(notesOf(mtls)).toEqual([expect.stringContaining('-topk8 -v1 PBE-SHA1-3DES')]);
  });
});

describe('what is missing', () => {
  test.each([
    ['clusterArn', 'msk'],
    ['databaseSecretArn', 'msk'],
    ['bootstrapServers', 'self-managed'],
    ['kafkaAuth', 'self-managed'],
    ['kafkaSecretArn', 'self-managed'],
  ] as const)('%s is named', (name, source) => {
    const lines = problems({ ...LEAST[source], [name]: undefined });
    expect(
      lines.filter((line) => line.includes(name) && /set it to|needs|set one/.test(line)),
    ).toHaveLength(1);
  });

  test('of IAM authentication is named: host, database and resource id', () => {
    const lines = problems({ ...LEAST.msk, databaseSecretArn: '', databaseIamUser: 'sink' });
    expect(lines).toEqual([
      'databaseHost is not set: databaseIamUser needs it',
      'databaseName is not set: databaseIamUser needs it',
      'databaseResourceId is not set: set it to the resource id of an instance (db-…), a cluster (cluster-…) or a proxy (prx-…)',
    ]);
  });
});

test.each([
  ['source', 'kinesis', 'one of msk, self-managed'],
  ['mode', 'serverless', 'one of provisioned, on-demand'],
  ['batchSize', '10001', 'a whole number from 1 to 10000 (records)'],
  ['batchWindow', '0.5', 'a whole number from 0 to 300 (seconds)'],
  ['timeout', '840', 'a whole number from 10 to 839 (seconds, below 14 minutes)'],
  [
    'maximumRetryAttempts',
    '-1',
    'a whole number from 0 to 10000 (retries; with an on-failure queue Lambda takes -1 for 10)',
  ],
  ['maximumRecordAge', '59', 'a whole number from 60 to 604800 (seconds; or -1 for no limit)'],
  ['minimumPollers', '201', 'a whole number from 1 to 200 (pollers)'],
  ['kafkaAuth', 'scram-sha-256', 'one of iam, scram-sha-512, mtls'],
  ['clusterArn', 'orders', 'the ARN of an MSK cluster'],
  ['consumerGroup', 'sink*', 'a group name'],
  ['topic', 'a topic', 'a topic name'],
  ['databaseSecretArn', SECRET.slice(0, -7), 'the complete ARN of a secret'],
  ['databaseHost', 'db:5432', 'a host name, without a port'],
  ['logLevel', 'WARN', 'one of INFO, DEBUG'],
  ['logRetention', '31', 'one of 1, 3, 5, 7, 14, 30'],
  ['reservedConcurrency', '0', 'a whole number from 1'],
  ['vpcSubnetIds', 'subnet', 'subnet-…, several separated by commas'],
  ['alarmTopicArn', 'on-call', 'the ARN of an SNS topic'],
  ['filterCriteria', '{"value":', 'a JSON object'],
  ['schemaRegistryUri', 'registry', 'the ARN of a Glue registry'],
  ['tombstonePolicy', 'keep', 'one of dead-letter, ignore'],
])('%s=%s is refused, with what it must be', (name, value, rule) => {
  const lines = problems({ ...LEAST.msk, [name]: value });
  expect(lines.join('\n')).toContain(`${name}=${JSON.stringify(value)}: must be ${rule}`);
});

test.each([
  'b-1.example.com',
  'b-1.example.com:9096;b-2.example.com:9096',
  'https://b-1.example.com:9096',
])('bootstrap servers %s are refused', (bootstrapServers) => {
  expect(problems({ ...LEAST['self-managed'], bootstrapServers })).toEqual([
    `bootstrapServers=${JSON.stringify(bootstrapServers)}: must be host:port, up to 10 separated by commas`,
  ]);
});

test.each([
  [
    {
      ...LEAST.msk,
      databaseIamUser: 'sink',
      databaseResourceId: 'db-A1',
      databaseHost: 'h',
      databaseName: 'd',
    },
    'both set',
  ],
  [
    { ...LEAST.msk, bootstrapServers: 'a:1' },
    'bootstrapServers is set: it is for source=self-managed only',
  ],
  [
    { ...LEAST['self-managed'], clusterArn: LEAST.msk.clusterArn },
    'clusterArn is set: it is for source=msk, or kafkaAuth=iam',
  ],
  [
    { ...LEAST['self-managed'], vpcConnectionArn: VPC_CONNECTION },
    'vpcConnectionArn is set: it is for source=msk only',
  ],
  [
    { ...LEAST['self-managed'], kafkaAuth: 'iam', kafkaSecretArn: '' },
    'clusterArn is not set: with kafkaAuth=iam it names the cluster',
  ],
  [
    { ...LEAST['self-managed'], kafkaAuth: 'iam-oauth', kafkaSecretArn: '' },
    'kafkaOauthAudience is not set: kafkaAuth=iam-oauth asks for a token for it',
  ],
  [
    { ...LEAST['self-managed'], kafkaOauthScope: 'read' },
    'kafkaOauthScope is set: it is for kafkaAuth=oauth, not scram-sha-512',
  ],
  [
    { ...LEAST.msk, kafkaOauthAudience: 'kafka' },
    'kafkaOauthAudience is set: it is for kafkaAuth=oauth or iam-oauth, not iam',
  ],
  [{ ...LEAST.msk, consumption: 'queue' }, 'consumption=queue is for source=self-managed only'],
  [
    { ...LEAST['self-managed'], consumption: 'queue', mode: 'on-demand' },
    'consumption=queue needs mode=provisioned: in on-demand mode Kafka gives a failing record up',
  ],
  [{ ...LEAST.msk, kafkaSecretArn: SECRET }, 'kafkaSecretArn is set, but kafkaAuth=iam uses none'],
  [
    { ...LEAST['self-managed'], kafkaAuth: 'none', kafkaSecretArn: '' },
    'kafkaAuth=none works only inside a VPC',
  ],
  [
    { ...LEAST.msk, vpcSubnetIds: 'subnet-0a0a0a0a' },
    'vpcSubnetIds and vpcSecurityGroupIds belong together',
  ],
  [{ ...LEAST.msk, minimumPollers: 20 }, 'minimumPollers (20) must be at most maximumPollers (10)'],
  [
    { ...LEAST.msk, mode: 'on-demand', schemaRegistryUri: 'https://registry.example.com' },
    'mode=on-demand has no schema registry',
  ],
  [
    { ...LEAST.msk, clusterArn: LEAST.msk.clusterArn.replace('us-east-1', 'eu-west-1') },
    'clusterArn is in eu-west-1, but region is us-east-1',
  ],
])('a contradiction is named: %#', (parameters, sentence) => {
  const lines = problems(parameters);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(sentence);
});

test.each([
  ['databaseSecretArn', SECRET, LEAST.msk],
  ['databaseSecretKmsKeyArn', 'arn:aws:kms:us-east-1:111122223333:key/0a1b', LEAST.msk],
  ['databaseCaLayerArn', 'arn:aws:lambda:us-east-1:111122223333:layer:ca:1', LEAST.msk],
  ['kmsKeyArn', 'arn:aws:kms:us-east-1:111122223333:key/0a1b', LEAST.msk],
  ['vpcConnectionArn', VPC_CONNECTION, LEAST.msk],
  ['alarmTopicArn', 'arn:aws:sns:us-east-1:111122223333:on-call', LEAST.msk],
  ['schemaRegistryUri', 'arn:aws:glue:us-east-1:111122223333:registry/events', LEAST.msk],
  ['kafkaSecretArn', SECRET, LEAST['self-managed']],
  ['kafkaRootCaSecretArn', SECRET, LEAST['self-managed']],
])('%s of another Region is named', (name, arn, least) => {
  expect(problems({ ...least, [name]: arn })).toEqual([]);
  expect(problems({ ...least, [name]: arn.replace('us-east-1', 'eu-west-1') })).toEqual([
    `${name} is in eu-west-1, but region is us-east-1: it must be in the Region of the function`,
  ]);
});

/** Each kind of cluster with each way to log in, in both modes. */
const COMBINATIONS = (['provisioned', 'on-demand'] as const).flatMap((mode) => [
  ...['iam', 'scram-sha-512', 'mtls', 'none'].map((kafkaAuth) => ({
    ...LEAST.msk,
    mode,
    kafkaAuth,
    kafkaSecretArn: /iam|none/.test(kafkaAuth) ? '' : SECRET,
  })),
  ...['plain', 'scram-sha-256', 'scram-sha-512', 'mtls', 'oauth'].map((kafkaAuth) => ({
    ...LEAST['self-managed'],
    mode,
    kafkaAuth,
  })),
]);

test('in no combination do mapping and function disagree about partial responses', () => {
  const enabled = COMBINATIONS.map((parameters) => {
    const { mapping, environment } = deploy(parameters);
    // The function's own reader decides what its environment means.
    const env = { ...environment, DEAD_LETTER_QUEUE_URL: 'https://sqs.example.com/1/dead-letters' };
    const { partialBatchResponse } = readLambdaSettings(env as Record<string, string>);
    const provisionedOnly = [
      'ProvisionedPollerConfig',
      'FunctionResponseTypes',
      'BisectBatchOnFunctionError',
      'MaximumRetryAttempts',
      'MaximumRecordAgeInSeconds',
      'DestinationConfig',
      'MetricsConfig',
      'LoggingConfig',
    ].map((name) => name in mapping);
    expect(new Set(provisionedOnly)).toEqual(new Set([partialBatchResponse]));
    return partialBatchResponse;
  });
  expect(enabled).toHaveLength(18);
  expect(new Set(enabled)).toEqual(new Set([true, false]));
});

describe('access to Kafka', () => {
  test.each([
    ['plain', 'BASIC_AUTH'],
    ['scram-sha-256', 'SASL_SCRAM_256_AUTH'],
    ['scram-sha-512', 'SASL_SCRAM_512_AUTH'],
    ['mtls', 'CLIENT_CERTIFICATE_TLS_AUTH'],
    ['oauth', 'OAUTHBEARER_AUTH'],
  ])('self-managed %s is %s with its secret, which alone the role may read', (kafkaAuth, type) => {
    const { mapping, statements } = deploy({ ...LEAST['self-managed'], kafkaAuth });
    const { kafkaSecretArn } = LEAST['self-managed'];
    expect(mapping.SourceAccessConfigurations).toEqual([{ Type: type, URI: kafkaSecretArn }]);
    expect(statements.ReadKafkaSecrets).toMatchObject({ Resource: [kafkaSecretArn] });
    expect(Object.keys(statements)).toEqual([
      'WriteLogs',
      'SendTraces',
      'SendLetters',
      'ReadDatabaseSecret',
      'ReadKafkaSecrets',
    ]);
  });

  test('OAuth tells Lambda what to ask a token for, and Confluent Cloud which cluster and pool', () => {
    const { mapping } = deploy({
      ...LEAST['self-managed'],
      kafkaAuth: 'oauth',
      kafkaOauthScope: 'kafka.read kafka.group',
      kafkaOauthAudience: 'https://kafka.example.com',
      kafkaOauthLogicalCluster: 'lkc-1',
      kafkaOauthIdentityPool: 'pool-1',
    });
    expect(mapping.SourceAccessConfigurations).toEqual([
      { Type: 'OAUTHBEARER_AUTH', URI: LEAST['self-managed'].kafkaSecretArn },
      { Type: 'OAUTHBEARER_SCOPE', URI: 'kafka.read kafka.group' },
      { Type: 'OAUTHBEARER_AUDIENCE', URI: 'https://kafka.example.com' },
      { Type: 'OAUTHBEARER_LOGICAL_CLUSTER', URI: 'lkc-1' },
      { Type: 'OAUTHBEARER_IDENTITY_POOL', URI: 'pool-1' },
    ]);
  });

  test("a token of the role's own identity needs no secret; the role may ask for it, for this audience alone", () => {
    const { mapping, statements, notes } = deploy({
      ...{ ...LEAST['self-managed'], kafkaSecretArn: '', kafkaAuth: 'iam-oauth' },
      kafkaOauthAudience: 'https://confluent.cloud/oidc',
    });
    expect(mapping.SourceAccessConfigurations).toEqual([
      { Type: 'IAM_OAUTHBEARER_AUTH' },
      { Type: 'OAUTHBEARER_AUDIENCE', URI: 'https://confluent.cloud/oidc' },
    ]);
    expect(statements.GetIdentityToken).toMatchObject({
      Action: ['sts:GetWebIdentityToken'],
      Condition: {
        'ForAllValues:StringEquals': {
          'sts:IdentityTokenAudience': 'https://confluent.cloud/oidc',
        },
      },
    });
    expect(notes).toEqual([expect.stringContaining('enable-outbound-web-identity-federation')]);
  });

  test('self-managed IAM is signed by the role, which may read the topic of the cluster that is named', () => {
    const { mapping, statements } = deploy({
      ...{ ...LEAST['self-managed'], kafkaSecretArn: '', kafkaAuth: 'iam' },
      ...{ clusterArn: LEAST.msk.clusterArn, topic: 'notifications' },
    });
    expect(mapping.SourceAccessConfigurations).toEqual([{ Type: 'IAM_AUTH' }]);
    expect(statements.ConnectToCluster).toMatchObject({ Resource: [LEAST.msk.clusterArn] });
    expect(statements).not.toHaveProperty('FindCluster');
  });

  test('MSK without a login has none, and the role needs nothing on topic and group', () => {
    const { mapping, statements } = deploy({ ...LEAST.msk, kafkaAuth: 'none' });
    expect(mapping.SourceAccessConfigurations).toBeUndefined();
    expect(statements).not.toHaveProperty('ReadTopic');
  });

  test('a cluster of another account is read through its VPC connection', () => {
    const { mapping, statements } = deploy({ ...LEAST.msk, vpcConnectionArn: VPC_CONNECTION });
    expect(mapping.EventSourceArn).toBe(VPC_CONNECTION);
    expect(statements).toMatchObject({
      FindCluster: { Resource: [LEAST.msk.clusterArn] },
      FindVpcConnection: {
        Action: ['kafka:DescribeVpcConnection'],
        Resource: [VPC_CONNECTION],
      },
      ConnectToCluster: { Resource: [LEAST.msk.clusterArn] },
    });
  });

  test('a share group begins where its own setting says, without a window, and is another mapping', () => {
    const queue = deploy({ ...LEAST['self-managed'], consumption: 'queue' });
    expect(queue.mapping.SelfManagedKafkaEventSourceConfig).toMatchObject({
      ConsumptionMode: 'Queue',
    });
    for (const name of ['StartingPosition', 'MaximumBatchingWindowInSeconds'])
      expect(queue.mapping).not.toHaveProperty(name);
    const stream = deploy(LEAST['self-managed']);
    expect(stream.mapping).toMatchObject({
      StartingPosition: 'TRIM_HORIZON',
      MaximumBatchingWindowInSeconds: 1,
    });
    expect(queue.mappingName).not.toBe(stream.mappingName);
  });

  test('a table of states needs an order, which a share group does not keep', () => {
    const input = deploymentInput({ ...LEAST['self-managed'], consumption: 'queue' });
    const sinks = compileSinks({ ...customers, topic: 'notifications' });
    expect(() => createDeployment({ ...input, sinks })).toThrow(
      'consumption=queue keeps no order, and the definition of notifications is of a table of states',
    );
  });

  test('MSK with IAM names each action on the cluster, the topic and the group', () => {
    const { mapping, statements } = deploy({
      ...LEAST.msk,
      topic: 'notifications',
      consumerGroup: 'group',
    });
    const arn = (kind: string) => LEAST.msk.clusterArn.replace(':cluster/', `:${kind}/`);
    expect(mapping.SourceAccessConfigurations).toBeUndefined();
    expect(statements).toMatchObject({
      FindCluster: {
        Action: ['kafka:DescribeClusterV2', 'kafka:GetBootstrapBrokers'],
        Resource: [arn('cluster')],
      },
      ConnectToCluster: {
        Action: ['kafka-cluster:Connect', 'kafka-cluster:DescribeClusterDynamicConfiguration'],
        Resource: [arn('cluster')],
      },
      ReadTopic: {
        Action: ['kafka-cluster:DescribeTopic', 'kafka-cluster:ReadData'],
        Resource: [`${arn('topic')}/notifications`],
      },
      JoinGroup: {
        Action: ['kafka-cluster:DescribeGroup', 'kafka-cluster:AlterGroup'],
        Resource: [`${arn('group')}/group`],
      },
    });
  });

  test('MSK with SCRAM logs in with its secret, and without IAM on topic and group', () => {
    const { mapping, statements } = deploy({
      ...LEAST.msk,
      kafkaAuth: 'scram-sha-512',
      kafkaSecretArn: SECRET,
    });
    expect(mapping.SourceAccessConfigurations).toEqual([
      { Type: 'SASL_SCRAM_512_AUTH', URI: SECRET },
    ]);
    expect(statements.FindCluster).toMatchObject({
      Action: expect.arrayContaining(['kafka:ListScramSecrets']),
    });
    expect(statements).not.toHaveProperty('ReadTopic');
  });
});

test('a key of your own encrypts the queues, the log group and the environment, and the role may use it', () => {
  const kmsKeyArn = 'arn:aws:kms:us-east-1:111122223333:key/0a1b';
  const { resources, own, statements } = deploy({ ...LEAST.msk, kmsKeyArn });
  expect(own).toMatchObject({ KmsKeyArn: kmsKeyArn });
  expect(resources.extensions.SinkLogGroup).toEqual({ Properties: { KmsKeyId: kmsKeyArn } });
  for (const queue of ['DeadLetterQueue', 'OnFailureQueue']) {
    const properties = propertiesOf(resources, queue);
    expect(properties).toMatchObject({ KmsMasterKeyId: kmsKeyArn });
    expect(properties).not.toHaveProperty('SqsManagedSseEnabled');
  }
  expect(statements.UseKey).toMatchObject({
    Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
    Resource: [kmsKeyArn],
  });
  const without = deploy(LEAST.msk);
  expect(without.resources.extensions).not.toHaveProperty('SinkLogGroup');
  expect(without.statements).not.toHaveProperty('UseKey');
});

describe('the network', () => {
  const statementsIn = (parameters: object) => deploy({ ...LEAST.msk, ...parameters }).statements;

  test('Lambda may manage interfaces without naming one, as it asks before there is any', () => {
    const { ManageInterfaces } = statementsIn({});
    expect(ManageInterfaces).toMatchObject({
      Effect: 'Allow',
      Resource: '*',
      Action: expect.arrayContaining([
        'ec2:DeleteNetworkInterface',
        'ec2:AssignPrivateIpAddresses',
        'ec2:UnassignPrivateIpAddresses',
      ]),
    });
  });

  test('the function’s own code may do none of it', () => {
    const { ManageInterfaces, CreateInterfaces, KeepCodeFromInterfaces } = statementsIn({
      name: 'orders',
    }) as Record<string, { Sid: string; Action?: string[] }>;
    const actions = [CreateInterfaces, ManageInterfaces].flatMap((one) => one?.Action ?? []);
    expect(KeepCodeFromInterfaces).toEqual({
      Sid: 'KeepCodeFromInterfaces',
      Effect: 'Deny',
      Action: actions,
      Resource: '*',
      Condition: {
        ArnEquals: {
          'lambda:SourceFunctionArn': {
            'Fn::Sub': expect.stringMatching(/:function:orders-test$/),
          },
        },
      },
    });
  });
});

test.each([
  'rds!db-0a1b2c3d-0000-1111-2222-333344445555',
  'rds!cluster-0a1b2c3d-0000-1111-2222-333344445555',
])('a secret that RDS manages is one for the database: %s', (name) => {
  const arn = `arn:aws:secretsmanager:us-east-1:111122223333:secret:${name}-AbCdEf`;
  const { environment, statements } = deploy({ ...LEAST.msk, databaseSecretArn: arn });
  expect(environment.DATABASE_SECRET_ARN).toBe(arn);
  expect(statements.ReadDatabaseSecret).toMatchObject({ Resource: [arn] });
  // Lambda's own rule for the secrets of a mapping has no exclamation mark.
  expect(problems({ ...LEAST['self-managed'], kafkaSecretArn: arn })).toEqual([
    expect.stringContaining('kafkaSecretArn'),
  ]);
});

describe('optional parameters', () => {
  test('a filter is one pattern, or several', () => {
    const one = deploy({ ...LEAST.msk, filterCriteria: '{"value":{"event_type":["a"]}}' });
    expect(one.mapping.FilterCriteria).toEqual({
      Filters: [{ Pattern: '{"value":{"event_type":["a"]}}' }],
    });
    const two = deploy({ ...LEAST.msk, filterCriteria: '[{"key":["a"]},{"key":["b"]}]' });
    expect(two.mapping.FilterCriteria).toEqual({
      Filters: [{ Pattern: '{"key":["a"]}' }, { Pattern: '{"key":["b"]}' }],
    });
  });

  test('a Glue registry gives JSON, and the role may read it and its schemas', () => {
    const uri = 'arn:aws:glue:us-east-1:111122223333:registry/events';
    const { mapping, statements } = deploy({ ...LEAST.msk, schemaRegistryUri: uri });
    expect(mapping.AmazonManagedKafkaEventSourceConfig).toMatchObject({
      SchemaRegistryConfig: {
        SchemaRegistryURI: uri,
        EventRecordFormat: 'JSON',
        SchemaValidationConfigs: [{ Attribute: 'VALUE' }],
      },
    });
    expect(statements.ReadSchemas).toMatchObject({
      Resource: [uri, 'arn:aws:glue:us-east-1:111122223333:schema/events/*'],
    });
  });

  test('a Confluent registry is read with the user of its secret', () => {
    const { mapping, statements } = deploy({
      ...LEAST['self-managed'],
      schemaRegistryUri: 'https://registry.example.com',
      schemaRegistrySecretArn: SECRET,
    });
    expect(mapping.SelfManagedKafkaEventSourceConfig).toMatchObject({
      SchemaRegistryConfig: { AccessConfigs: [{ Type: 'BASIC_AUTH', URI: SECRET }] },
    });
    expect(statements.ReadKafkaSecrets).toMatchObject({
      Resource: expect.arrayContaining([SECRET]),
    });
  });

  test('a key of the customer’s own may decrypt only by way of Secrets Manager', () => {
    const key = 'arn:aws:kms:us-east-1:111122223333:key/0a1b';
    const { statements } = deploy({ ...LEAST.msk, databaseSecretKmsKeyArn: key });
    expect(statements.DecryptDatabaseSecret).toMatchObject({
      Action: ['kms:Decrypt'],
      Resource: [key],
      Condition: {
        StringEquals: {
          'kms:ViaService': {
            'Fn::Sub': expect.stringMatching(/^secretsmanager\..+Region}\.amazonaws\.com$/),
          },
        },
      },
    });
    expect(deploy(LEAST.msk).statements).not.toHaveProperty('DecryptDatabaseSecret');
  });

  test('IAM authentication replaces the secret: four variables, and one database user in the role', () => {
    const { environment, statements } = deploy({
      ...LEAST.msk,
      databaseSecretArn: '',
      databaseIamUser: 'sink',
      databaseResourceId: 'prx-0a1b',
      databaseHost: 'proxy.example.com',
      databasePort: 6432,
      databaseName: 'app',
    });
    expect(environment).toMatchObject({
      DATABASE_IAM_USER: 'sink',
      DATABASE_HOST: 'proxy.example.com',
      DATABASE_PORT: '6432',
      DATABASE_NAME: 'app',
    });
    expect(environment).not.toHaveProperty('DATABASE_SECRET_ARN');
    expect(statements.LogInToDatabase).toMatchObject({
      Action: ['rds-db:connect'],
      Resource: [{ 'Fn::Sub': expect.stringMatching(/:dbuser:prx-0a1b\/sink$/) }],
    });
    expect(statements).not.toHaveProperty('ReadDatabaseSecret');
  });

  test('what is not set is absent, not empty', () => {
    const { environment, mapping, own } = deploy(LEAST.msk);
    expect(Object.keys(environment)).toEqual([
      'DATABASE_SECRET_ARN',
      'DATABASE_POOL_SIZE',
      'DEAD_LETTER_QUEUE_URL',
      'PARTIAL_BATCH_RESPONSE',
      'FAILURE_PAUSE_MS',
      'TOMBSTONE_POLICY',
      'NODE_EXTRA_CA_CERTS',
      'POWERTOOLS_SERVICE_NAME',
      'POWERTOOLS_METRICS_NAMESPACE',
      'POWERTOOLS_LOG_LEVEL',
      'STAGE',
    ]);
    expect(own).toEqual({ LoggingConfig: LOGGING });
    expect(JSON.stringify(mapping)).not.toMatch(/null|""|undefined/);
  });

  test('reserved concurrency, a network and a layer with certificates reach the function', () => {
    const layer = 'arn:aws:lambda:us-east-1:111122223333:layer:ca:1';
    const { own, environment } = deploy({
      ...LEAST.msk,
      reservedConcurrency: 20,
      vpcSubnetIds: ['subnet-0a0a0a0a', 'subnet-0b0b0b0b'],
      vpcSecurityGroupIds: ['sg-0a0a0a0a'],
      databaseCaLayerArn: layer,
      databaseCaFile: '/opt/ca.pem',
    });
    expect(own).toEqual({
      LoggingConfig: LOGGING,
      ReservedConcurrentExecutions: 20,
      VpcConfig: {
        SubnetIds: ['subnet-0a0a0a0a', 'subnet-0b0b0b0b'],
        SecurityGroupIds: ['sg-0a0a0a0a'],
      },
      Layers: [layer],
    });
    expect(environment.NODE_EXTRA_CA_CERTS).toBe('/opt/ca.pem');
  });
});

test('a parameter that a stage empties has the default of the file again', () => {
  const expected = createDeployment(deploymentInput(LEAST.msk));
  // Without these there is nothing to deploy, or empty has a meaning of its own.
  const { databaseCaFile, ...others } = DEFAULTS;
  const emptied = Object.keys(others).map((name) => [name, '']);
  const input = deploymentInput({ ...Object.fromEntries(emptied), ...LEAST.msk });
  expect(createDeployment(input)).toEqual(expected);
});

test('every parameter is explained in docs/deploy.md, with its default', () => {
  const text = readFileSync(new URL('../../docs/deploy.md', import.meta.url), 'utf8');
  for (const [name, value] of Object.entries(DEFAULTS)) {
    const row = text.split('\n').find((line) => line.startsWith(`| \`${name}\` |`));
    expect(row, name).toBeDefined();
    if (value !== null) expect(row, name).toContain(`\`${value}\``);
  }
});

test('infra/parameters.yml describes every parameter that there is', () => {
  expect(Object.keys(DEFAULTS)).toEqual(PARAMETER_NAMES);
});

test('what infra/parameters.yml says to be the default is what counts without it', () => {
  const input = deploymentInput(LEAST.msk);
  expect(createDeployment({ ...input, parameters: LEAST.msk })).toEqual(createDeployment(input));
});

describe('the name', () => {
  /** What AWS finds things by, within an account and region. */
  const namesOf = (name: string) => {
    const parts = createDeployment(deploymentInput({ ...LEAST.msk, name }));
    const { stackName, function: own, resources } = parts;
    const found = Object.values(resources.Resources).flatMap(({ Properties }) =>
      ['QueueName', 'AlarmName', 'DashboardName'].map((key) => Properties[key]),
    );
    const { properties: mapping } = mappingOf(resources);
    const group = mapping.AmazonManagedKafkaEventSourceConfig.ConsumerGroupId;
    const service = own.environment.POWERTOOLS_SERVICE_NAME;
    return [stackName, own.name, group, service, ...found].filter((one) => one !== undefined);
  };

  test('is in the names of all that is in the stack, so that two sinks live side by side', () => {
    const [orders, events] = [namesOf('orders'), namesOf('events')];
    expect(orders.length).toBe(4 + 2 + 15 + 1);
    expect(orders.filter((name) => events.includes(name))).toEqual([]);
    expect(orders).toEqual(events.map((name) => String(name).replace(/^events/, 'orders')));
  });

  test('is a dimension of the metrics, and of the alarms and graphs on them', () => {
    const { resources } = createDeployment(deploymentInput({ ...LEAST.msk, name: 'orders' }));
    const text = JSON.stringify(resources);
    expect(text).not.toContain('kafka-pg-sink');
    expect(text.split('{"Name":"service","Value":"orders"}').length - 1).toBe(6);
  });

  test('is in what the stack exports, which no two stacks of a Region can have in common', () => {
    const { resources } = createDeployment(deploymentInput({ ...LEAST.msk, name: 'orders' }));
    const exported = Object.values(resources.Outputs).flatMap((one) => one.Export?.Name ?? []);
    expect(exported).toEqual(['sls-orders-test-ServerlessDeploymentBucketName']);
  });

  test('is the name of the service by default', () => {
    const input = { ...deploymentInput(LEAST.msk), service: 'orders-sink' };
    expect(createDeployment(input).stackName).toBe('orders-sink-test');
  });

  test('is refused where AWS would refuse it', () => {
    expect(problems({ ...LEAST.msk, name: 'my sink' })).toEqual([
      'name="my sink": must be letters, digits and hyphens, with a-z or A-Z in front',
    ]);
    const long = 'a'.repeat(60);
    expect(problems({ ...LEAST.msk, name: long })).toEqual([
      `name and stage are the function's name, ${long}-test, which must have at most 64 characters: it has 65`,
    ]);
    const input = { ...deploymentInput(LEAST.msk), stage: 'my_stage' };
    expect(() => createDeployment(input)).toThrow(
      'the stage "my_stage" must be letters, digits and hyphens',
    );
  });
});

describe('a change of a running stage', () => {
  const idOf = (parameters: object) =>
    mappingOf(createDeployment(deploymentInput({ ...LEAST.msk, ...parameters })).resources).id;
  const id = idOf({});

  test.each([
    ['clusterArn', LEAST.msk.clusterArn.replace('orders', 'payments')],
    ['consumerGroup', 'another'],
  ])(
    'of %s makes another mapping: CloudFormation would leave the old one as it is, and say that all is well',
    (name, value) => {
      expect(idOf({ [name]: value })).not.toBe(id);
    },
  );

  test('of the topic too', () => {
    const topicOf = (topic: string) =>
      createDeployment(deploymentInput(LEAST.msk, [], compileSinks({ ...definition, topic })));
    const [one, other] = ['a.b', 'ab'].map((topic) => mappingOf(topicOf(topic).resources));
    expect(one?.id).not.toBe(other?.id);
    expect(one?.id).toMatch(/^[A-Za-z0-9]+$/);
  });

  test('of anything else keeps it, so that what runs is updated in place', () => {
    const others = { mode: 'on-demand', batchSize: 5, kafkaAuth: 'mtls', kafkaSecretArn: SECRET };
    expect(idOf(others)).toBe(id);
  });

  test('reaches all that names the mapping', () => {
    const { resources } = createDeployment(deploymentInput({ ...LEAST.msk, consumerGroup: 'a' }));
    const { id: mapping } = mappingOf(resources);
    expect(resources.Outputs.Mappings).toEqual({
      Value: { 'Fn::Sub': `notifications: ${'$'}{${mapping}}` },
    });
    const alarms = JSON.stringify(resources.Resources);
    expect(alarms).toContain(`"EventSourceMappingUUID","Value":{"Ref":"${mapping}"}`);
    expect(alarms).toContain(`${'$'}{${mapping}}`);
  });
});

describe('the topic', () => {
  const several = compileSinks([definition, { ...definition, topic: /events-.+/ }]);

  test('is that of the only definition', () => {
    const one = compileSinks({ ...definition, topic: 'orders' });
    expect(deploy(LEAST.msk, one).mapping.Topics).toEqual(['orders']);
  });

  test('is one that has a definition', () => {
    expect(deploy({ ...LEAST.msk, topic: 'events-eu' }, several).mapping.Topics).toEqual([
      'events-eu',
    ]);
    expect(() => deploy({ ...LEAST.msk, topic: 'payments' }, several)).toThrow(
      'topic="payments": must be a topic of sink.config.ts, which has notifications, /^(?:events-.+)$/',
    );
  });

  test('must be said where a definition takes topics by a pattern', () => {
    expect(() => deploy(LEAST.msk, several)).toThrow('topic is not set');
  });
});

describe('several topics', () => {
  const three = compileSinks(
    ['orders', 'payments', 'events.eu'].map((topic) => ({ ...definition, topic })),
  );
  const groupsOf = ({ resources: { Resources } }: ReturnType<typeof deploy>) =>
    Object.values(Resources)
      .filter(({ Type }) => Type === 'AWS::Lambda::EventSourceMapping')
      .map(({ Properties }) => [
        Properties.Topics,
        Object(Properties.AmazonManagedKafkaEventSourceConfig).ConsumerGroupId,
      ]);

  test('of the definition have a mapping each, with a group of its own', () => {
    expect(groupsOf(deploy(LEAST.msk, three))).toEqual([
      [['orders'], 'kafka-pg-sink-test-orders'],
      [['payments'], 'kafka-pg-sink-test-payments'],
      [['events.eu'], 'kafka-pg-sink-test-events.eu'],
    ]);
  });

  test('can be some of them; one more changes nothing of the others', () => {
    const [two, one] = ['orders, events.eu', 'orders'].map((topic) =>
      deploy({ ...LEAST.msk, topic }, three),
    );
    expect(groupsOf(two as never)).toEqual([
      [['orders'], 'kafka-pg-sink-test-orders'],
      [['events.eu'], 'kafka-pg-sink-test-events.eu'],
    ]);
    const shared = ['SinkRole', 'Dashboard'];
    for (const [name, resource] of Object.entries(one?.resources.Resources ?? {}))
      if (!shared.includes(name)) expect(two?.resources.Resources[name]).toEqual(resource);
  });

  test('have alarms of their own on their mappings, no two of a name, and lines on the dashboard', () => {
    const { resources } = deploy(LEAST.msk, three);
    const alarms = Object.values(resources.Resources)
      .filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm')
      .map(({ Properties }) => String(Properties.AlarmName));
    expect(new Set(alarms).size).toBe(alarms.length);
    expect(alarms.filter((name) => name.endsWith('-payments'))).toEqual(
      ['lag', 'events-dropped', 'on-failure-delivery', 'commit-errors', 'not-polling'].map(
        (section) => `kafka-pg-sink-test-${section}-payments`,
      ),
    );
    expect(alarms.filter((name) => name.includes('-lag'))).toHaveLength(3);
    const [polling] = Object.values(resources.Resources).filter(
      ({ Properties }) => Properties.AlarmName === 'kafka-pg-sink-test-not-polling-payments',
    );
    const [mapping] = Object.entries(resources.Resources).find(
      ([, { Properties }]) => String(Properties.Topics) === 'payments',
    ) as [string, unknown];
    expect(polling?.Properties).toMatchObject({
      AlarmDescription: expect.stringMatching(/^Topic payments: Lambda has not read/),
      Dimensions: [{ Name: 'EventSourceMappingUUID', Value: { Ref: mapping } }],
    });
    const dashboard = JSON.stringify(propertiesOf(resources, 'Dashboard'));
    for (const topic of ['orders', 'payments', 'events.eu'])
      expect(dashboard).toContain(`${topic}: worst partition`);
    expect(resources.Outputs.Mappings?.Value).toEqual({
      'Fn::Sub': expect.stringContaining(`, payments: ${'$'}{${mapping}}, events.eu: `),
    });
  });

  test('are all that the role may read by IAM, and their groups', () => {
    const { statements } = deploy({ ...LEAST.msk, topic: 'orders,payments' }, three);
    const { ReadTopic, JoinGroup } = statements as Record<string, { Resource?: string[] }>;
    const names = (arns: string[] = []) => arns.map((arn) => arn.split('/').at(-1));
    expect(names(ReadTopic?.Resource)).toEqual(['orders', 'payments']);
    expect(names(JoinGroup?.Resource)).toEqual([
      'kafka-pg-sink-test-orders',
      'kafka-pg-sink-test-payments',
    ]);
  });

  test('that cannot be together are all said', () => {
    const states = compileSinks([{ ...customers, topic: 'customers' }, definition]);
    const parameters = {
      ...{ ...LEAST['self-managed'], consumption: 'queue', consumerGroup: 'mine' },
      topic: 'notifications,customers,elsewhere,customers',
    };
    expect(() => deploy(parameters, states)).toThrow(
      expect.objectContaining({
        problems: [
          'topic="elsewhere": must be a topic of sink.config.ts, which has customers, notifications',
          'topic="notifications,customers,elsewhere,customers": must name each topic once',
          'consumerGroup=mine is for one topic, and there are 4, which must have a group each: leave it away, then they are called kafka-pg-sink-test-<topic>; what changes for a topic that is read already is in docs/deploy.md, Changing what is read',
          ...['customers', 'customers'].map(
            (topic) =>
              `consumption=queue keeps no order, and the definition of ${topic} is of a table of states, which needs it: use stream`,
          ),
        ],
      }),
    );
  });

  test('make names that AWS takes', () => {
    const topic = 't'.repeat(190);
    const long = compileSinks({ ...definition, topic });
    expect(() => deploy(LEAST.msk, long)).toThrow(
      `name, stage and topic make names of groups and alarms, kafka-pg-sink-test-${topic}, which must have at most 200 characters: it has 209`,
    );
  });
});
