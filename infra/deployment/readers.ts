import type { EnvReader } from '../../src/settings/reader.ts';

export const SECRET_ARN = [
  /^arn:aws[\w-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+-[A-Za-z0-9]{6}$/,
  'the complete ARN of a secret, arn:aws:secretsmanager:<region>:<account>:secret:<name>-<six characters>',
] as const;

export const KEY_ARN = [
  /^arn:aws[\w-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/,
  'the ARN of a KMS key, arn:aws:kms:<region>:<account>:key/<id>',
] as const;

/** Reads a text that may be absent. */
export function readOptional(
  env: EnvReader,
  name: string,
  pattern: RegExp,
  accepted: string,
): string | undefined {
  return env.given(name) && env.matching(name, undefined, pattern, accepted);
}

/** Subnets and security groups of one network; both lists are empty where there is none. */
export interface Network {
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
}

/** Reads two lists that make sense only together. */
export function readNetwork(env: EnvReader, subnets: string, securityGroups: string): Network {
  if (Boolean(env.given(subnets)) !== Boolean(env.given(securityGroups)))
    env.problem(`${subnets} and ${securityGroups} belong together: set both or neither`);
  return {
    subnetIds: readIds(env, subnets, 'subnet'),
    securityGroupIds: readIds(env, securityGroups, 'sg'),
  };
}

function readIds(env: EnvReader, name: string, prefix: 'subnet' | 'sg'): readonly string[] {
  const id = `${prefix}-([0-9a-f]{8}|[0-9a-f]{17})`;
  const pattern = new RegExp(`^${id}(,\\s*${id})*$`);
  const text = readOptional(env, name, pattern, `${prefix}-…, several separated by commas`);
  return text?.split(/,\s*/) ?? [];
}
