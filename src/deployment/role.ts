import { localArn, type Resource, type Statement } from './cloudformation.ts';
import { kafkaStatements } from './kafka-policy.ts';
import { networkStatements } from './network-policy.ts';
import type { Parameters } from './parameters.ts';
import { secretStatements, viaService } from './secret-policy.ts';

/**
 * The role of the function. The mapping uses it too, to reach Kafka and to write to the on-failure queue.
 * The framework's own role would bring wildcards.
 */
export function createRole(parameters: Parameters): Resource {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'lambda.amazonaws.com' },
            Action: 'sts:AssumeRole',
          },
        ],
      },
      Policies: [
        {
          PolicyName: 'sink',
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              ...ownStatements(parameters),
              ...databaseStatements(parameters),
              ...kafkaStatements(parameters.kafka),
              ...networkStatements(parameters),
            ],
          },
        },
      ],
    },
  };
}

function ownStatements({ kafka, sink }: Parameters): readonly Statement[] {
  const queues = ['DeadLetterQueue', ...(kafka.mode === 'provisioned' ? ['OnFailureQueue'] : [])];
  return [
    {
      Sid: 'WriteLogs',
      Effect: 'Allow',
      Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      // The group's ARN ends with :*, which stands for its streams.
      Resource: [{ 'Fn::GetAtt': ['SinkLogGroup', 'Arn'] }],
    },
    {
      Sid: 'SendTraces',
      Effect: 'Allow',
      Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
      // Neither action knows resources.
      // https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
      Resource: '*',
    },
    {
      Sid: 'SendLetters',
      Effect: 'Allow',
      Action: ['sqs:SendMessage'],
      Resource: queues.map((name) => ({ 'Fn::GetAtt': [name, 'Arn'] })),
    },
    ...(sink.kmsKeyArn ? [useKey(sink.kmsKeyArn)] : []),
  ];
}

/**
 * To send to an encrypted queue takes both actions, to read the environment the first.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
 */
function useKey(keyArn: string): Statement {
  return {
    Sid: 'UseKey',
    Effect: 'Allow',
    Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
    Resource: [keyArn],
    Condition: { StringEquals: { 'kms:ViaService': ['sqs', 'lambda'].map(viaService) } },
  };
}

function databaseStatements({ database: { login } }: Parameters): readonly Statement[] {
  if (login.kind === 'secret')
    return secretStatements('DatabaseSecret', [login.arn], login.kmsKeyArn);
  return [
    {
      Sid: 'LogInToDatabase',
      Effect: 'Allow',
      Action: ['rds-db:connect'],
      // https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.IAMPolicy.html
      Resource: [localArn('rds-db', `dbuser:${login.resourceId}/${login.user}`)],
    },
  ];
}
