import type { KafkaAuth, OAuth } from './kafka-login.ts';
import type { KafkaParameters } from './kafka-parameters.ts';

/** One of a mapping's ways to its brokers. https://docs.aws.amazon.com/lambda/latest/api/API_SourceAccessConfiguration.html */
interface Access {
  readonly Type: string;
  /** An ARN, an id, or the value itself; absent where the role is all. */
  readonly URI?: string;
}

const BY_SECRET = {
  plain: 'BASIC_AUTH',
  'scram-sha-256': 'SASL_SCRAM_256_AUTH',
  'scram-sha-512': 'SASL_SCRAM_512_AUTH',
  mtls: 'CLIENT_CERTIFICATE_TLS_AUTH',
  oauth: 'OAUTHBEARER_AUTH',
} as const satisfies Partial<Record<KafkaAuth, string>>;

const BY_ROLE = { iam: 'IAM_AUTH', 'iam-oauth': 'IAM_OAUTHBEARER_AUTH' } as const;

export function accessConfigurations({
  source,
  auth,
  secretArn,
  oauth,
}: KafkaParameters): readonly Access[] {
  if (source.kind === 'msk')
    return auth in BY_SECRET ? [bySecret(auth as keyof typeof BY_SECRET, secretArn)] : [];
  const { network, rootCaSecretArn } = source;
  return [
    ...login(auth, secretArn),
    ...oauthValues(oauth),
    ...(rootCaSecretArn ? [{ Type: 'SERVER_ROOT_CA_CERTIFICATE', URI: rootCaSecretArn }] : []),
    ...network.subnetIds.map((id) => ({ Type: 'VPC_SUBNET', URI: `subnet:${id}` })),
    ...network.securityGroupIds.map((id) => ({
      Type: 'VPC_SECURITY_GROUP',
      URI: `security_group:${id}`,
    })),
  ];
}

function login(auth: KafkaAuth, secretArn: string | undefined): readonly Access[] {
  if (auth === 'none') return [];
  if (auth === 'iam' || auth === 'iam-oauth') return [{ Type: BY_ROLE[auth] }];
  return [bySecret(auth, secretArn)];
}

function bySecret(auth: keyof typeof BY_SECRET, secretArn = ''): Access {
  return { Type: BY_SECRET[auth], URI: secretArn };
}

function oauthValues({ scope, audience, logicalCluster, identityPool }: OAuth): readonly Access[] {
  return Object.entries({
    OAUTHBEARER_SCOPE: scope,
    OAUTHBEARER_AUDIENCE: audience,
    OAUTHBEARER_LOGICAL_CLUSTER: logicalCluster,
    OAUTHBEARER_IDENTITY_POOL: identityPool,
  }).flatMap(([Type, URI]) => (URI === undefined ? [] : [{ Type, URI }]));
}
