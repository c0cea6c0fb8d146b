import type { Statement } from './cloudformation.ts';
import type { KafkaParameters } from './kafka-parameters.ts';
import type { KafkaSource } from './kafka-source.ts';
import { secretStatements } from './secret-policy.ts';

/** What the mapping needs in order to read the topic. */
export function kafkaStatements(kafka: KafkaParameters): readonly Statement[] {
  const { source, secretArn, schemaRegistry } = kafka;
  const rootCa = source.kind === 'self-managed' ? source.rootCaSecretArn : undefined;
  const secrets = [secretArn, rootCa, schemaRegistry?.secretArn].filter((arn) => arn !== undefined);
  return [
    ...(source.kind === 'msk' ? clusterStatements(source, kafka) : []),
    ...(kafka.auth === 'iam' ? readTopic(source.clusterArn ?? '', kafka) : []),
    ...(kafka.auth === 'iam-oauth' ? [getToken(kafka.oauth.audience ?? '')] : []),
    ...secretStatements('KafkaSecrets', secrets, kafka.secretKmsKeyArn),
    ...(schemaRegistry?.uri.startsWith('arn:') ? [readSchemas(schemaRegistry.uri)] : []),
  ];
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-msk-permissions.html */
function clusterStatements(
  { clusterArn, vpcConnectionArn }: KafkaSource & { kind: 'msk' },
  { auth }: KafkaParameters,
): readonly Statement[] {
  return [
    {
      Sid: 'FindCluster',
      Effect: 'Allow',
      Action: [
        'kafka:DescribeClusterV2',
        'kafka:GetBootstrapBrokers',
        ...(auth === 'scram-sha-512' ? ['kafka:ListScramSecrets'] : []),
      ],
      Resource: [clusterArn],
    },
    ...(vpcConnectionArn
      ? [
          {
            Sid: 'FindVpcConnection',
            Effect: 'Allow' as const,
            Action: ['kafka:DescribeVpcConnection'],
            Resource: [vpcConnectionArn],
          },
        ]
      : []),
  ];
}

/**
 * The token of the role's own identity. The action knows no resources.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound_policies.html
 */
function getToken(audience: string): Statement {
  return {
    Sid: 'GetIdentityToken',
    Effect: 'Allow',
    Action: ['sts:GetWebIdentityToken'],
    Resource: '*',
    Condition: { 'ForAllValues:StringEquals': { 'sts:IdentityTokenAudience': audience } },
  };
}

/**
 * Each action on the kind of resource that it works on.
 * https://docs.aws.amazon.com/msk/latest/developerguide/kafka-actions.html
 */
function readTopic(clusterArn: string, { subscriptions }: KafkaParameters): readonly Statement[] {
  const within = (kind: string) => clusterArn.replace(':cluster/', `:${kind}/`);
  return [
    {
      Sid: 'ConnectToCluster',
      Effect: 'Allow',
      Action: ['kafka-cluster:Connect', 'kafka-cluster:DescribeClusterDynamicConfiguration'],
      Resource: [clusterArn],
    },
    {
      Sid: 'ReadTopic',
      Effect: 'Allow',
      Action: ['kafka-cluster:DescribeTopic', 'kafka-cluster:ReadData'],
      Resource: subscriptions.map(({ topic }) => `${within('topic')}/${topic}`),
    },
    {
      Sid: 'JoinGroup',
      Effect: 'Allow',
      Action: ['kafka-cluster:DescribeGroup', 'kafka-cluster:AlterGroup'],
      Resource: subscriptions.map(({ consumerGroup }) => `${within('group')}/${consumerGroup}`),
    },
  ];
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsglue.html */
function readSchemas(registryArn: string): Statement {
  return {
    Sid: 'ReadSchemas',
    Effect: 'Allow',
    Action: ['glue:GetRegistry', 'glue:GetSchemaVersion'],
    Resource: [registryArn, `${registryArn.replace(':registry/', ':schema/')}/*`],
  };
}
