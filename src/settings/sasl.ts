import type { SecurityProtocol } from './kafka.ts';
import type { EnvReader } from './reader.ts';

/** How to log in to Kafka. */
export type SaslConfig =
  | {
      readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
      readonly username: string;
      readonly password: string;
    }
  | { readonly mechanism: 'OAUTHBEARER'; readonly token: string }
  /** To Kafka an OAUTHBEARER whose token is signed with AWS credentials, anew for each login. */
  | { readonly mechanism: 'AWS_MSK_IAM'; readonly region: string };

/** The settings that go with each mechanism. */
const SETTINGS = {
  PLAIN: ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'],
  'SCRAM-SHA-256': ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'],
  'SCRAM-SHA-512': ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'],
  OAUTHBEARER: ['KAFKA_SASL_TOKEN'],
  AWS_MSK_IAM: ['AWS_REGION'],
} as const satisfies Record<SaslConfig['mechanism'], readonly string[]>;

const MECHANISMS = Object.keys(SETTINGS) as (keyof typeof SETTINGS)[];
const SECRETS = ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD', 'KAFKA_SASL_TOKEN'] as const;

/**
 * Reads how to log in; what is wrong is noted in `env`, a password or token never shown.
 *
 * @returns null where the protocol has no login
 */
export function readSasl(env: EnvReader, protocol: SecurityProtocol): null | SaslConfig {
  const name = env.given('KAFKA_SASL_MECHANISM');
  if (!protocol.startsWith('SASL')) {
    const idle = ['KAFKA_SASL_MECHANISM', ...SECRETS].filter((setting) => env.given(setting));
    if (idle.length > 0)
      env.problem(
        `KAFKA_SECURITY_PROTOCOL=${protocol} has no login and does not read ${idle.join(', ')}: set SASL_SSL${protocol === 'SSL' ? '' : ' or SASL_PLAINTEXT'}`,
      );
    return null;
  }
  const mechanism = env.oneOf('KAFKA_SASL_MECHANISM', 'PLAIN', MECHANISMS);
  if (name === undefined)
    env.problem(
      `KAFKA_SASL_MECHANISM is not set: ${protocol} needs one of ${MECHANISMS.join(', ')}`,
    );
  else if (name === mechanism) check(env, protocol, mechanism);
  const value = (setting: string) => env.given(setting) ?? '';
  if (mechanism === 'AWS_MSK_IAM') return { mechanism, region: value('AWS_REGION') };
  if (mechanism === 'OAUTHBEARER') return { mechanism, token: value('KAFKA_SASL_TOKEN') };
  return {
    mechanism,
    username: value('KAFKA_SASL_USERNAME'),
    password: value('KAFKA_SASL_PASSWORD'),
  };
}

function check(env: EnvReader, protocol: SecurityProtocol, mechanism: keyof typeof SETTINGS) {
  const needed: readonly string[] = SETTINGS[mechanism];
  for (const name of needed)
    if (!env.given(name)) env.problem(`KAFKA_SASL_MECHANISM=${mechanism} needs ${name}: set it`);
  const idle = SECRETS.filter((name) => env.given(name) && !needed.includes(name));
  if (idle.length > 0)
    env.problem(
      `KAFKA_SASL_MECHANISM=${mechanism} does not read ${idle.join(', ')}: do not set it`,
    );
  // A line break at the end is what a file leaves behind, and it would end the message too soon.
  if (mechanism === 'OAUTHBEARER' && /[^\x21-\x7e]/.test(env.given('KAFKA_SASL_TOKEN') ?? ''))
    env.problem('KAFKA_SASL_TOKEN (not shown): accepted is a token without spaces and line breaks');
  if (mechanism === 'AWS_MSK_IAM' && protocol !== 'SASL_SSL')
    env.problem(
      `KAFKA_SECURITY_PROTOCOL=${protocol} beside KAFKA_SASL_MECHANISM=AWS_MSK_IAM: a token may not travel in plain text, and MSK refuses it; set SASL_SSL`,
    );
}
