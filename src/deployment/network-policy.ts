import { localArn, type Statement } from './cloudformation.ts';
import type { Parameters } from './parameters.ts';

/**
 * Network interfaces: Lambda's for the function, and the mapping's where the brokers are.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
 */
export function networkStatements({ kafka: { source }, sink }: Parameters): readonly Statement[] {
  const brokers = source.kind === 'msk' ? ANYWHERE : source.network;
  const subnets = union(sink.network.subnetIds, brokers.subnetIds);
  const groups = union(sink.network.securityGroupIds, brokers.securityGroupIds);
  if (subnets.length === 0) return [];
  return [
    {
      Sid: 'DescribeNetwork',
      Effect: 'Allow',
      Action: [
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSubnets',
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeVpcs',
      ],
      // EC2's descriptions know no resources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
      Resource: '*',
    },
    {
      Sid: 'CreateInterfaces',
      Effect: 'Allow',
      Action: ['ec2:CreateNetworkInterface'],
      Resource: [
        localArn('ec2', 'network-interface/*'),
        ...subnets.map((id) => localArn('ec2', `subnet/${id}`)),
        ...groups.map((id) => localArn('ec2', `security-group/${id}`)),
      ],
    },
    {
      Sid: 'ManageInterfaces',
      Effect: 'Allow',
      Action: [
        'ec2:DeleteNetworkInterface',
        'ec2:AssignPrivateIpAddresses',
        'ec2:UnassignPrivateIpAddresses',
      ],
      // Their ids do not exist yet.
      Resource: [localArn('ec2', 'network-interface/*')],
    },
  ];
}

/** The mapping's interfaces are in the subnets and groups of the MSK cluster, which the template does not know. */
const ANYWHERE = { subnetIds: ['*'], securityGroupIds: ['*'] };

function union(own: readonly string[], brokers: readonly string[]): readonly string[] {
  return brokers.includes('*') ? brokers : [...new Set([...own, ...brokers])];
}
