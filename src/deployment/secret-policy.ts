import { type Intrinsic, reference, type Statement } from './cloudformation.ts';

/** A service of the stack's Region, as conditions on keys call it. */
export function viaService(service: string): Intrinsic {
  return { 'Fn::Sub': `${service}.${reference('AWS::Region')}.amazonaws.com` };
}

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
          'kms:ViaService': viaService('secretsmanager'),
        },
      },
    },
  ];
}
