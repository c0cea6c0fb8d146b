import type { KafkaConnectionSettings } from '../settings/kafka.ts';
import type { SaslSettings } from '../settings/sasl.ts';
import type { Cause, Explanation } from './kafka-error.ts';

/** What a cause says about the login; undefined where it says nothing about it. */
export function explainLogin(
  cause: Cause,
  { sasl, tls }: KafkaConnectionSettings,
): Explanation | undefined {
  if (sasl === null) return undefined;
  if (cause.apiId === 'SASL_AUTHENTICATION_FAILED') return refusedLogin(sasl);
  if (cause.apiId === 'ILLEGAL_SASL_STATE')
    return [
      'protocol',
      `Kafka takes no login on this port: name the port of its ${tls ? 'SASL_SSL' : 'SASL_PLAINTEXT'} listener in KAFKA_BOOTSTRAP_SERVERS, or set KAFKA_SECURITY_PROTOCOL=${tls ? 'SSL' : 'PLAINTEXT'}.`,
    ];
  const offered = offeredMechanisms(cause);
  if (!offered) return undefined;
  const asked = sasl.mechanism === 'AWS_MSK_IAM' ? 'OAUTHBEARER' : sasl.mechanism;
  return [
    'login',
    `Kafka does not offer the mechanism ${asked}, it offers ${offered.join(', ')}: set KAFKA_SASL_MECHANISM, or name another port in KAFKA_BOOTSTRAP_SERVERS.`,
  ];
}

const REMEDIES = {
  password:
    'check KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD, and that the user has a password for this mechanism',
  OAUTHBEARER: 'check that KAFKA_SASL_TOKEN is for this cluster and has not expired',
  AWS_MSK_IAM:
    "check that AWS_REGION is the cluster's, that the identity of this process may kafka-cluster:Connect, and the clock",
} as const;

/** For credentials that Kafka does not accept. */
export function refusedLogin({ mechanism }: SaslSettings): Explanation {
  const kind = mechanism === 'OAUTHBEARER' || mechanism === 'AWS_MSK_IAM' ? mechanism : 'password';
  return ['login', `Kafka refused the login by ${mechanism}: ${REMEDIES[kind]}.`];
}

/** A broker that refuses a mechanism lists those that it has. */
function offeredMechanisms(cause: Cause): readonly string[] | undefined {
  const { errors, response } = cause as {
    errors?: readonly Cause[];
    response?: { mechanisms?: string[] };
  };
  const refused = errors?.some(({ apiId }) => apiId === 'UNSUPPORTED_SASL_MECHANISM');
  return refused ? response?.mechanisms : undefined;
}
