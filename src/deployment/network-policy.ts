import { localArn, type Statement } from './cloudformation.ts';
import type { Parameters } from './parameters.ts';

const CREATE = 'ec2:CreateNetworkInterface';

/** What Lambda asks the role for without naming a resource; with one it refuses to create the function. */
const MANAGE = [
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DescribeSecurityGroups',
  'ec2:DescribeVpcs',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

/**
 * Network interfaces: Lambda's for the function, and the mapping's where the brokers are.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
 */
export function networkStatements({
  name,
  stage,
  kafka: { source },
  sink,
}: Parameters): readonly Statement[] {
  const brokers = source.kind === 'msk' ? ANYWHERE : source.network;
  const subnets = union(sink.network.subnetIds, brokers.subnetIds);
  const groups = union(sink.network.securityGroupIds, brokers.securityGroupIds);
  if (subnets.length === 0) return [];
  return [
    { Sid: 'ManageInterfaces', Effect: 'Allow', Action: MANAGE, Resource: '*' },
    {
      Sid: 'CreateInterfaces',
      Effect: 'Allow',
      Action: [CREATE],
      Resource: [
        localArn('ec2', 'network-interface/*'),
        ...subnets.map((id) => localArn('ec2', `subnet/${id}`)),
        ...groups.map((id) => localArn('ec2', `security-group/${id}`)),
      ],
    },
    {
      // Lambda and the mapping call EC2 without this key; the function's own code, which needs none of it, always has it.
      // https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html
      Sid: 'KeepCodeFromInterfaces',
      Effect: 'Deny',
      Action: [CREATE, ...MANAGE],
      Resource: '*',
      Condition: {
        ArnEquals: { 'lambda:SourceFunctionArn': localArn('lambda', `function:${name}-${stage}`) },
      },
    },
  ];
}

/** The mapping's interfaces are in the subnets and groups of the MSK cluster, which the template does not know. */
const ANYWHERE = { subnetIds: ['*'], securityGroupIds: ['*'] };

function union(own: readonly string[], brokers: readonly string[]): readonly string[] {
  return brokers.includes('*') ? brokers : [...new Set([...own, ...brokers])];
}
