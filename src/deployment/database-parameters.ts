import { pattern } from '../settings/kinds.ts';
import type { Reader } from '../settings/reader.ts';
import { DATABASE } from '../settings/table/database.ts';
import { DATABASE_SECRET_ARN, KEY_ARN } from './readers.ts';

export interface DatabaseParameters {
  readonly login:
    | { readonly kind: 'secret'; readonly arn: string; readonly kmsKeyArn: string | undefined }
    | { readonly kind: 'iam'; readonly user: string; readonly resourceId: string };
  /** Override what a secret holds; with IAM, host and name are always there. */
  readonly host: string | undefined;
  readonly port: string | undefined;
  readonly name: string | undefined;
  readonly poolSize: number;
  readonly caFile: string;
  readonly caLayerArn: string | undefined;
}

/** The function's settings that these become, for their rules. */
const { port, poolSize } = DATABASE.settings;

const LAYER_ARN = pattern(
  /^arn:aws[\w-]*:lambda:[a-z0-9-]+:\d{12}:layer:[\w-]+:\d+$/,
  'the ARN of a version of a layer, arn:aws:lambda:<region>:<account>:layer:<name>:<version>',
);

const CA_FILE = pattern(/^\//, 'an absolute path in the function');

export function readDatabaseParameters(env: Reader): DatabaseParameters {
  return {
    login: readLogin(env),
    host: env.optional('databaseHost', pattern(/^[\w.-]+$/, 'a host name, without a port')),
    port: env.optional('databasePort', port.kind)?.toString(),
    name: env.optional('databaseName', pattern(/^\S+$/, 'the name of a database')),
    poolSize: env.withDefault('databasePoolSize', poolSize.kind, poolSize.default),
    caFile: env.withDefault('databaseCaFile', CA_FILE, '/var/runtime/ca-cert.pem'),
    caLayerArn: env.optional('databaseCaLayerArn', LAYER_ARN),
  };
}

const RESOURCE_ID = pattern(
  /^(db|cluster|prx)-[A-Za-z0-9]+$/,
  'the resource id of an instance (db-…), a cluster (cluster-…) or a proxy (prx-…)',
);

function readLogin(env: Reader): DatabaseParameters['login'] {
  const secret = env.given('databaseSecretArn');
  const user = env.given('databaseIamUser');
  if (secret && user)
    env.problem('databaseSecretArn and databaseIamUser are both set: set one of them only');
  if (!secret && !user)
    env.problem(
      `neither databaseSecretArn (${DATABASE_SECRET_ARN.mustBe}) nor databaseIamUser (a database user that logs in with IAM tokens) is set: set one of them`,
    );
  if (!user)
    return {
      kind: 'secret',
      arn: env.optional('databaseSecretArn', DATABASE_SECRET_ARN) ?? '',
      kmsKeyArn: env.optional('databaseSecretKmsKeyArn', KEY_ARN),
    };
  for (const name of ['databaseHost', 'databaseName'])
    if (!env.given(name)) env.problem(`${name} is not set: databaseIamUser needs it`);
  return {
    kind: 'iam',
    // An asterisk would allow other users in the role's policy.
    user:
      env.optional('databaseIamUser', pattern(/^[\w.@+-]+$/, 'the name of a database user')) ?? '',
    resourceId: env.required('databaseResourceId', RESOURCE_ID) ?? '',
  };
}
