import type { Resource } from './cloudformation.ts';

/**
 * A queue for what must not be lost, and its policy, as resources. It is encrypted, and refuses plain HTTP.
 *
 * @param kmsKeyArn the customer's own key; without it SQS has one
 */
export function queueResources(
  resource: string,
  name: string,
  kmsKeyArn: string | undefined,
): Record<string, Resource> {
  return {
    [resource]: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        QueueName: name,
        // 14 days, the longest that SQS keeps a message.
        MessageRetentionPeriod: 1_209_600,
        ...(kmsKeyArn ? { KmsMasterKeyId: kmsKeyArn } : { SqsManagedSseEnabled: true }),
      },
      // A removed stack must not take messages along that nobody has read; a first deployment that fails leaves no queue.
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    },
    [`${resource}Policy`]: {
      Type: 'AWS::SQS::QueuePolicy',
      Properties: {
        Queues: [{ Ref: resource }],
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Sid: 'RefusePlainHttp',
              Effect: 'Deny',
              Principal: '*',
              Action: 'sqs:*',
              Resource: { 'Fn::GetAtt': [resource, 'Arn'] },
              Condition: { Bool: { 'aws:SecureTransport': 'false' } },
            },
          ],
        },
      },
    },
  };
}
