import { createHash } from 'node:crypto';

/** CloudFormation's intrinsic functions, as far as they are used here. */
export type Intrinsic =
  | { readonly Ref: string }
  | { readonly 'Fn::GetAtt': readonly [string, string] }
  | { readonly 'Fn::Sub': string };

/** A resource of the template. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  /** What becomes of it when the stack, or its place in the stack, goes. */
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

/** What a role may do on what. */
export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: readonly string[];
  readonly Resource: '*' | readonly (string | Intrinsic)[];
  readonly Condition?: Readonly<
    Record<string, Readonly<Record<string, string | Intrinsic | readonly Intrinsic[]>>>
  >;
}

/** A reference as `Fn::Sub` writes it. */
export function reference(name: string): string {
  return `\${${name}}`;
}

/** A name in the template, where only A to Z, a to z and 0 to 9 are allowed: another one for each of these. */
export function logicalName(prefix: string, of: unknown): string {
  const hash = createHash('sha256').update(JSON.stringify(of));
  return `${prefix}${hash.digest('hex').slice(0, 8)}`;
}

/** The ARN of something in the account and region of the stack. */
export function localArn(service: string, resource: string): Intrinsic {
  const [partition, region, account] = ['Partition', 'Region', 'AccountId'].map((name) =>
    reference(`AWS::${name}`),
  );
  return { 'Fn::Sub': `arn:${partition}:${service}:${region}:${account}:${resource}` };
}
