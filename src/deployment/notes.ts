import { kafkaStatements } from './kafka-policy.ts';
import type { Parameters } from './parameters.ts';

/** Executions that Lambda keeps for functions without a reserve: https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html */
const UNRESERVED = 100;

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length */
const MAX_POLICY = 10_240;
/** What else is in the policy takes about 2,000, with a network and keys of your own some more. */
const MAX_KAFKA_POLICY = 7500;

/** What packaging cannot look at and AWS may refuse, as sentences. */
export function notesOn({ kafka, sink }: Parameters): readonly string[] {
  const notes: string[] = [];
  if (sink.reservedConcurrency !== undefined)
    notes.push(
      `reservedConcurrency=${sink.reservedConcurrency} needs an account whose limit is ${sink.reservedConcurrency + UNRESERVED} or more, as Lambda keeps ${UNRESERVED} for other functions, and new accounts have less: look with aws lambda get-account-settings --query AccountLimit`,
    );
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
  if (sink.kmsKeyArn !== undefined)
    notes.push(
      "kmsKeyArn: the key's policy must let CloudWatch Logs use it, or the log group is refused; docs/deploy.md has the statement",
    );
  if (kafka.auth === 'iam-oauth')
    notes.push(
      'kafkaAuth=iam-oauth: the account must hand out identity tokens: aws iam enable-outbound-web-identity-federation',
    );
  // https://docs.aws.amazon.com/lambda/latest/dg/kafka-cluster-auth.html
  if (kafka.auth === 'mtls')
    notes.push(
      'kafkaAuth=mtls: Lambda reads a private key with a password only when it is encrypted with PBES1, and OpenSSL takes PBES2 by default: convert it with openssl pkcs8 -topk8 -v1 PBE-SHA1-3DES',
    );
  const { length } = JSON.stringify(kafkaStatements(kafka));
  if (length > MAX_KAFKA_POLICY)
    notes.push(
      `the ${kafka.subscriptions.length} topics take ${length} characters of the role's policy, for which IAM has ${MAX_POLICY} in all: deploy some of them under another name`,
    );
  return notes;
}
