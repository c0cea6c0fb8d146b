import { findCredentials } from '../aws/credentials.ts';
import { errorName } from '../record/errors.ts';
import { KafkaError } from './errors.ts';

/**
 * Tokens of IAM for Amazon MSK. A token is valid for 15 minutes, so each login gets a new one. It is signed here: that
 * costs no call.
 * https://docs.aws.amazon.com/msk/latest/developerguide/configure-clients-for-iam-access-control.html
 *
 * @throws {KafkaError} from the returned function, when it finds no AWS credentials to sign with
 */
export function createMskToken(region: string): () => Promise<string> {
  return async () => {
    // Loaded only when a login needs it: it brings a good part of the AWS SDK.
    const { generateAuthTokenFromCredentialsProvider: sign } = await import('./msk-signer.ts');
    try {
      const { token } = await sign({ region, awsCredentialsProvider: findCredentials() });
      return token;
    } catch (error) {
      // The SDK's message can name the files and hosts of its credential providers.
      throw new KafkaError(
        'login',
        `No IAM token for Kafka could be signed (${errorName(error)}): check that this process has AWS credentials.`,
      );
    }
  };
}
