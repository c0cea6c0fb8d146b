import { KafkaError } from './kafka-error.ts';

/**
 * Tokens of IAM for Amazon MSK. A token is good for 15 minutes and made anew for each login; that costs no call, for
 * it is signed here.
 * https://docs.aws.amazon.com/msk/latest/developerguide/configure-clients-for-iam-access-control.html
 *
 * @throws {KafkaError} from the returned function, when there are no AWS credentials to sign with
 */
export function createMskToken(region: string): () => Promise<string> {
  return async () => {
    // Loaded by those alone who ask for it: it brings a good part of the AWS SDK.
    const { generateAuthToken } = await import('aws-msk-iam-sasl-signer-js');
    try {
      return (await generateAuthToken({ region })).token;
    } catch (error) {
      // The SDK's message can name the files and hosts of its providers of credentials.
      const name = error instanceof Error ? error.name : 'unknown error';
      throw new KafkaError(
        'login',
        `No IAM token for Kafka could be signed (${name}): check that this process has AWS credentials.`,
      );
    }
  };
}
