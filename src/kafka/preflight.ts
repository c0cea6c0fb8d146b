import { Admin, type Broker, UserError } from '@platformatic/kafka';
import type { KafkaConnectionSettings } from '../settings/kafka.ts';
import { connectionOptions } from './connection.ts';
import { KafkaError, toKafkaError, unknownTopic } from './kafka-error.ts';
import { speaksTls } from './speaks-tls.ts';

const RETRY_DELAY_MS = 250;
const LEADER_RETRIES = 4;

/**
 * Goes the way of a consumer step by step: reaches a broker, logs in, finds the topic, and reaches a broker at the
 * address that the cluster gives for it. It fails at the first step that fails, where a consumer would go on trying.
 *
 * @throws {KafkaError} that says what was wrong and what to do
 */
export async function preflight(target: {
  readonly connection: KafkaConnectionSettings;
  readonly topic: string;
}): Promise<void> {
  const { connection, topic } = target;
  const admin = new Admin({
    clientId: 'kafka-pg-sink',
    ...connectionOptions(connection),
    requestTimeout: connection.connectTimeoutMs,
    // With each try the client asks another broker first: one that hangs does not speak for all.
    retries: connection.bootstrapServers.length - 1,
    retryDelay: RETRY_DELAY_MS,
  });
  // Why an open connection ended, the client does not pass on; a missing client certificate ends one.
  const ends: Error[] = [];
  admin.connections.on('connecting', ({ connection: opened }) => {
    opened.once('connect', () => opened.on('error', (error) => ends.push(error)));
  });
  const fail =
    (judge: (told: KafkaError, error: unknown) => KafkaError | Promise<KafkaError>) =>
    async (error: unknown) => {
      throw await judge(toKafkaError(new AggregateError([error, ...ends]), target), error);
    };
  try {
    await admin.listApis().catch(fail((told) => tlsMissing(told, connection)));
    const { brokers } = await admin
      .metadata({ topics: [] })
      .catch(fail((told) => loginMissing(told, connection)));
    // A topic that was created a moment ago has no leaders yet.
    await admin
      .metadata({ topics: [topic], retries: LEADER_RETRIES })
      .catch(fail((told, error) => topicMissing(told, error, topic)));
    await Promise.any([...brokers.keys()].map((id) => admin.connectToBrokers([id]))).catch(
      fail((told) => brokersLost(told, [...brokers.values()])),
    );
  } finally {
    await admin.close();
  }
}

/** A broker that speaks TLS cannot say so in plain text, and the client reports it in several ways. */
async function tlsMissing(
  told: KafkaError,
  { tls, sasl, bootstrapServers, connectTimeoutMs }: KafkaConnectionSettings,
): Promise<KafkaError> {
  if (tls || (told.fault !== 'unknown' && told.fault !== 'closed')) return told;
  const asked = bootstrapServers.map((server) => speaksTls(server, connectTimeoutMs));
  if (!(await Promise.all(asked)).includes(true)) return told;
  return new KafkaError(
    'protocol',
    `Kafka at ${bootstrapServers.join(', ')} speaks TLS on this port: set KAFKA_SECURITY_PROTOCOL=${sasl ? 'SASL_SSL' : 'SSL (SASL_SSL where it wants a login too)'}.`,
  );
}

/** A broker says to anyone which versions it has, and ends the connection of whoever wants more without a login. */
function loginMissing(
  told: KafkaError,
  { tls, sasl, bootstrapServers }: KafkaConnectionSettings,
): KafkaError {
  if (sasl || told.fault !== 'closed') return told;
  return new KafkaError(
    'login',
    `Kafka at ${bootstrapServers.join(', ')} wants a login on this port: set KAFKA_SECURITY_PROTOCOL=${tls ? 'SASL_SSL' : 'SASL_PLAINTEXT'} and KAFKA_SASL_MECHANISM.`,
  );
}

function topicMissing(told: KafkaError, error: unknown, topic: string): KafkaError {
  // At this step the client has no other reason to see a mistake of its user.
  return error instanceof UserError ? new KafkaError(...unknownTopic(topic)) : told;
}

function brokersLost(told: KafkaError, brokers: readonly Broker[]): KafkaError {
  if (brokers.length === 0)
    return new KafkaError('unreachable', 'No broker of Kafka is in service yet: try again later.');
  if (told.fault !== 'unreachable') return told;
  const addresses = brokers.map(({ host, port }) => `${host}:${port}`).join(', ');
  return new KafkaError(
    'unreachable',
    `Kafka answers, but says that its brokers are at ${addresses}, and there nobody does: set advertised.listeners of the brokers to addresses that can be reached from here.`,
  );
}
