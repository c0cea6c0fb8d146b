import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { ConnectionOptions } from 'node:tls';
import { readPem } from './pem.ts';
import type { EnvReader } from './reader.ts';
import { readSasl, type SaslConfig } from './sasl.ts';

/** How Kafka is reached. */
export interface KafkaConnectionConfig {
  /** `host:port` each. */
  readonly bootstrapServers: readonly string[];
  /** Of one connection, TLS and login included. */
  readonly connectTimeoutMs: number;
  /** False for plain text. */
  readonly tls: false | ConnectionOptions;
  /** Null where nobody logs in. */
  readonly sasl: null | SaslConfig;
}

/** Kafka's own names. https://kafka.apache.org/documentation/#security_overview */
const SECURITY_PROTOCOLS = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'] as const;
export type SecurityProtocol = (typeof SECURITY_PROTOCOLS)[number];

const TLS_FILES = ['KAFKA_CA_FILE', 'KAFKA_CERT_FILE', 'KAFKA_KEY_FILE'] as const;

/** Reads the settings of the connection to Kafka; what is wrong is noted in `env`. */
export function readKafkaConnection(env: EnvReader): KafkaConnectionConfig {
  const protocol = env.oneOf('KAFKA_SECURITY_PROTOCOL', 'PLAINTEXT', SECURITY_PROTOCOLS);
  return {
    bootstrapServers: readServers(env),
    connectTimeoutMs: env.integer('KAFKA_CONNECT_TIMEOUT_MS', 5000, {
      min: 1,
      max: 600_000,
      unit: 'ms',
    }),
    tls: readTls(env, protocol),
    sasl: readSasl(env, protocol),
  };
}

const SERVERS = /^[^\s:,]+:\d{1,5}(,[^\s:,]+:\d{1,5})*$/;

function readServers(env: EnvReader): readonly string[] {
  const text = env.matching(
    'KAFKA_BOOTSTRAP_SERVERS',
    'localhost:9092',
    SERVERS,
    'host:port, several separated by commas',
  );
  const servers = text.split(',');
  const ports = SERVERS.test(text) ? servers.map((server) => Number(server.split(':')[1])) : [];
  const wrong = ports.find((port) => port === 0 || port > 65_535);
  if (wrong !== undefined)
    env.problem(`KAFKA_BOOTSTRAP_SERVERS has the port ${wrong}: accepted is 1 to 65535`);
  return servers;
}

/** There is no switch that leaves the broker's certificate or host name unchecked. */
function readTls(env: EnvReader, protocol: SecurityProtocol): false | ConnectionOptions {
  if (!protocol.endsWith('SSL')) {
    const idle = TLS_FILES.filter((name) => env.given(name));
    if (idle.length > 0)
      env.problem(
        `KAFKA_SECURITY_PROTOCOL=${protocol} speaks no TLS and does not read ${idle.join(', ')}: set ${protocol === 'PLAINTEXT' ? 'SSL or SASL_SSL' : 'SASL_SSL'}`,
      );
    return false;
  }
  if (Boolean(env.given('KAFKA_CERT_FILE')) !== Boolean(env.given('KAFKA_KEY_FILE')))
    env.problem(
      'only one of KAFKA_CERT_FILE and KAFKA_KEY_FILE is set: a client certificate needs both',
    );
  const ca = readPem(env, 'KAFKA_CA_FILE', 'certificate');
  const cert = readPem(env, 'KAFKA_CERT_FILE', 'certificate');
  const key = readPem(env, 'KAFKA_KEY_FILE', 'private key');
  const pair = cert && key ? { cert, key } : {};
  if (cert && key && !new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)))
    env.problem(
      'KAFKA_KEY_FILE does not belong to KAFKA_CERT_FILE: accepted is the key of its first certificate',
    );
  // Said aloud, so that NODE_TLS_REJECT_UNAUTHORIZED has no say.
  return { ...(ca && { ca }), ...pair, rejectUnauthorized: true };
}
