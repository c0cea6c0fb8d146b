import { Admin, type Broker, UserError } from '@platformatic/kafka';
import type { KafkaConnectionSettings } from '../settings/kafka.ts';
import { connectionOptions } from './connection.ts';
import { KafkaError } from './errors.ts';
import { explain } from './explain.ts';
import { unknownTopic } from './explain-request.ts';
import { speaksTls } from './speaks-tls.ts';

const RETRY_DELAY_MS = 250;
const LEADER_RETRIES = 4;

/**
 * Takes the steps of a consumer one by one: reaches a broker, logs in, finds the topics, and reaches a broker at the
 * address that the cluster gives for it. It throws at the first step that fails; a consumer would go on trying.
 *
 * @throws {KafkaError} that says what was wrong and what to do
 */
export async function preflight({
  connection,
  topics,
}: {
  readonly connection: KafkaConnectionSettings;
  readonly topics: readonly string[];
}): Promise<void> {
  const admin = new Admin({
    clientId: 'kafka-pg-sink',
    ...connectionOptions(connection),
    requestTimeout: connection.connectTimeoutMs,
    // With each try the client asks another broker first, so one broker that hangs does not decide.
    retries: connection.bootstrapServers.length - 1,
    retryDelay: RETRY_DELAY_MS,
  });
  // The client does not pass on why an open connection ended. A missing client certificate ends one.
  const ends: Error[] = [];
  admin.connections.on('connecting', ({ connection: opened }) => {
    opened.once('connect', () => opened.on('error', (error) => ends.push(error)));
  });
  const fail =
    (
      judge: (explained: KafkaError, error: unknown) => KafkaError | Promise<KafkaError>,
      ...asked: string[]
    ) =>
    async (error: unknown) => {
      const explained = explain(new AggregateError([error, ...ends]), {
        connection,
        topics: asked,
      });
      throw await judge(explained, error);
    };
  try {
    await admin.listApis().catch(fail((explained) => tlsMissing(explained, connection)));
    const { brokers } = await admin
      .metadata({ topics: [] })
      .catch(fail((explained) => loginMissing(explained, connection)));
    // One by one, so that the first that is missing can be named. One that was created a moment ago has no leaders yet.
    for (const topic of topics)
      await admin
        .metadata({ topics: [topic], retries: LEADER_RETRIES })
        .catch(fail((explained, error) => topicMissing(explained, error, topic), topic));
    await Promise.any([...brokers.keys()].map((id) => admin.connectToBrokers([id]))).catch(
      fail((explained) => brokersLost(explained, [...brokers.values()])),
    );
  } finally {
    await admin.close();
  }
}

/** A broker that speaks TLS cannot say so in plain text: the client reports that in several ways. */
async function tlsMissing(
  explained: KafkaError,
  { tls, sasl, bootstrapServers, connectTimeoutMs }: KafkaConnectionSettings,
): Promise<KafkaError> {
  if (tls || (explained.fault !== 'unknown' && explained.fault !== 'closed')) return explained;
  const asked = bootstrapServers.map((server) => speaksTls(server, connectTimeoutMs));
  if (!(await Promise.all(asked)).includes(true)) return explained;
  return new KafkaError(
    'protocol',
    `Kafka at ${bootstrapServers.join(', ')} speaks TLS on this port: set KAFKA_SECURITY_PROTOCOL=${sasl ? 'SASL_SSL' : 'SSL (SASL_SSL where it wants a login too)'}.`,
  );
}

/** A broker lists its versions to anyone. It ends a connection that asks for more without a login. */
function loginMissing(
  explained: KafkaError,
  { tls, sasl, bootstrapServers }: KafkaConnectionSettings,
): KafkaError {
  if (sasl || explained.fault !== 'closed') return explained;
  return new KafkaError(
    'login',
    `Kafka at ${bootstrapServers.join(', ')} wants a login on this port: set KAFKA_SECURITY_PROTOCOL=${tls ? 'SASL_SSL' : 'SASL_PLAINTEXT'} and KAFKA_SASL_MECHANISM.`,
  );
}

function topicMissing(explained: KafkaError, error: unknown, topic: string): KafkaError {
  // At this step the client can blame its user for nothing else.
  return error instanceof UserError ? new KafkaError(...unknownTopic(topic)) : explained;
}

function brokersLost(explained: KafkaError, brokers: readonly Broker[]): KafkaError {
  if (brokers.length === 0)
    return new KafkaError('unreachable', 'No broker of Kafka is in service yet: try again later.');
  if (explained.fault !== 'unreachable') return explained;
  const addresses = brokers.map(({ host, port }) => `${host}:${port}`).join(', ');
  return new KafkaError(
    'unreachable',
    `Kafka answers, but says that its brokers are at ${addresses}, and there nobody does: set advertised.listeners of the brokers to addresses that can be reached from here.`,
  );
}
