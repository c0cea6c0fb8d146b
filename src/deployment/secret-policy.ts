import { reference, type Statement } from './cloudformation.ts';

/**
 * Reading secrets, and decrypting them where a key of the customer's own encrypts them.
 *
 * @param subject what they are for, for the statements' names
 */
export function secretStatements(
  subject: string,
  arns: readonly string[],
  kmsKeyArn: string | undefined,
): readonly Statement[] {
  if (arns.length === 0) return [];
  const read: Statement = {
    Sid: `Read${subject}`,
    Effect: 'Allow',
    Action: ['secretsmanager:GetSecretValue'],
    Resource: arns,
  };
  if (!kmsKeyArn) return [read];
  return [
    read,
    {
      Sid: `Decrypt${subject}`,
      Effect: 'Allow',
      Action: ['kms:Decrypt'],
      Resource: [kmsKeyArn],
      Condition: {
        StringEquals: {
          'kms:ViaService': {
            'Fn::Sub': `secretsmanager.${reference('AWS::Region')}.amazonaws.com`,
          },
        },
      },
    },
  ];
}
