import type { Reader } from './reader.ts';
import { readGroup, type Values } from './setting.ts';
import { AWS, KAFKA_SECURITY } from './table/kafka-connection.ts';

/** How to log in to Kafka. */
export type SaslSettings =
  | {
      readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
      readonly username: string;
      readonly password: string;
    }
  | { readonly mechanism: 'OAUTHBEARER'; readonly token: string }
  /** To Kafka an OAUTHBEARER; its token is signed with AWS credentials for each login. */
  | { readonly mechanism: 'AWS_MSK_IAM'; readonly region: string };

type Security = Values<typeof KAFKA_SECURITY>;

/** The variables that go with each mechanism. */
const NEEDS = {
  PLAIN: ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'],
  'SCRAM-SHA-256': ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'],
  'SCRAM-SHA-512': ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'],
  OAUTHBEARER: ['KAFKA_SASL_TOKEN'],
  AWS_MSK_IAM: ['AWS_REGION'],
} as const satisfies Record<SaslSettings['mechanism'], readonly string[]>;

const SECRETS = ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD', 'KAFKA_SASL_TOKEN'] as const;

/**
 * Reads how to log in; what is wrong is noted in `reader`, a password or token never shown.
 *
 * @returns null when the protocol has no login
 */
export function readSasl(
  reader: Reader,
  { protocol, mechanism, username = '', password = '', token = '' }: Security,
): null | SaslSettings {
  const { variable, kind } = KAFKA_SECURITY.settings.mechanism;
  const isSet = reader.given(variable) !== undefined;
  if (!protocol.startsWith('SASL')) {
    const unused = [variable, ...SECRETS].filter((name) => reader.given(name));
    if (unused.length > 0)
      reader.problem(
        `KAFKA_SECURITY_PROTOCOL=${protocol} has no login and does not read ${unused.join(', ')}: set SASL_SSL${protocol === 'SSL' ? '' : ' or SASL_PLAINTEXT'}`,
      );
    return null;
  }
  if (!isSet)
    reader.problem(
      `${variable} is not set, but KAFKA_SECURITY_PROTOCOL=${protocol} needs it: set it to ${kind.mustBe}`,
    );
  if (mechanism === undefined) return null;
  check(reader, protocol, mechanism);
  if (mechanism === 'AWS_MSK_IAM')
    return { mechanism, region: readGroup(reader, AWS).region ?? '' };
  return mechanism === 'OAUTHBEARER' ? { mechanism, token } : { mechanism, username, password };
}

function check(
  reader: Reader,
  protocol: Security['protocol'],
  mechanism: SaslSettings['mechanism'],
): void {
  const needed: readonly string[] = NEEDS[mechanism];
  for (const name of needed)
    if (!reader.given(name))
      reader.problem(`KAFKA_SASL_MECHANISM=${mechanism} needs ${name}: set it`);
  const unused = SECRETS.filter((name) => reader.given(name) && !needed.includes(name));
  if (unused.length > 0)
    reader.problem(
      `KAFKA_SASL_MECHANISM=${mechanism} does not read ${unused.join(', ')}: do not set it`,
    );
  if (mechanism === 'AWS_MSK_IAM' && protocol !== 'SASL_SSL')
    reader.problem(
      `KAFKA_SECURITY_PROTOCOL=${protocol} beside KAFKA_SASL_MECHANISM=AWS_MSK_IAM: a token must not travel in plain text, and MSK refuses it; set SASL_SSL`,
    );
}
