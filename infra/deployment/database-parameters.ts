import type { EnvReader } from '../../src/settings/reader.ts';
import { KEY_ARN, readOptional, SECRET_ARN } from './readers.ts';

export interface DatabaseParameters {
  readonly login:
    | { readonly kind: 'secret'; readonly arn: string; readonly kmsKeyArn: string | undefined }
    | { readonly kind: 'iam'; readonly user: string; readonly resourceId: string };
  /** Override what a secret holds; with IAM, host and name are always there. */
  readonly host: string | undefined;
  readonly port: string | undefined;
  readonly name: string | undefined;
  readonly table: string;
  readonly poolSize: number;
  readonly caFile: string | undefined;
  readonly caLayerArn: string | undefined;
}

export function readDatabaseParameters(env: EnvReader): DatabaseParameters {
  return {
    login: readLogin(env),
    host: readOptional(env, 'databaseHost', /^[\w.-]+$/, 'a host name, without a port'),
    port: env.given('databasePort') && String(readPort(env)),
    name: readOptional(env, 'databaseName', /^\S+$/, 'the name of a database'),
    table: env.matching(
      'databaseTable',
      undefined,
      /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)?$/,
      'a table name of letters, digits and _, optionally behind a schema and a dot',
    ),
    poolSize: env.integer('databasePoolSize', 2, { min: 1, max: 100, unit: 'connections' }),
    caFile: readOptional(env, 'databaseCaFile', /^\//, 'an absolute path in the function'),
    caLayerArn: readOptional(
      env,
      'databaseCaLayerArn',
      /^arn:aws[\w-]*:lambda:[a-z0-9-]+:\d{12}:layer:[\w-]+:\d+$/,
      'the ARN of a version of a layer, arn:aws:lambda:<region>:<account>:layer:<name>:<version>',
    ),
  };
}

function readPort(env: EnvReader): number {
  return env.integer('databasePort', 5432, { min: 1, max: 65_535 });
}

function readLogin(env: EnvReader): DatabaseParameters['login'] {
  const secret = env.given('databaseSecretArn');
  const user = env.given('databaseIamUser');
  if (secret && user)
    env.problem('databaseSecretArn and databaseIamUser are both set: set one of them only');
  if (!secret && !user)
    env.problem(
      `neither databaseSecretArn (${SECRET_ARN[1]}) nor databaseIamUser (a database user that logs in with IAM tokens) is set: set one of them`,
    );
  if (!user)
    return {
      kind: 'secret',
      arn: readOptional(env, 'databaseSecretArn', ...SECRET_ARN) ?? '',
      kmsKeyArn: readOptional(env, 'databaseSecretKmsKeyArn', ...KEY_ARN),
    };
  for (const name of ['databaseHost', 'databaseName'])
    if (!env.given(name)) env.problem(`${name} is not set: databaseIamUser needs it`);
  return {
    kind: 'iam',
    // An asterisk would allow other users in the role's policy.
    user: env.matching('databaseIamUser', undefined, /^[\w.@+-]+$/, 'the name of a database user'),
    resourceId: env.matching(
      'databaseResourceId',
      undefined,
      /^(db|cluster|prx)-[A-Za-z0-9]+$/,
      'the resource id of an instance (db-…), a cluster (cluster-…) or a proxy (prx-…)',
    ),
  };
}
