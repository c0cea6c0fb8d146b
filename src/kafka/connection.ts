import { isIP } from 'node:net';
import type { BaseOptions, Consumer, SASLOptions } from '@platformatic/kafka';
import type { KafkaConnectionSettings } from '../settings/kafka.ts';
import type { SaslSettings } from '../settings/sasl.ts';
import { KafkaError } from './errors.ts';
import { refusedLogin } from './explain-login.ts';
import { createMskToken } from './msk-token.ts';
import './catch-connection-errors.ts';

/** The client's consumer, with keys, values and headers as bytes. It reads by offset too, without a group. */
export type KafkaClient = Consumer<Buffer, Buffer, Buffer, Buffer>;

/**
 * Time for an answer of Kafka in milliseconds. The client repeats requests while Kafka is away, and loses an answer when a
 * connection closes at the wrong moment: without a limit, its promise would stay open until the process ends.
 */
export const ANSWER_MS = 60_000;

/** The options that say how a client reaches Kafka: spread them into those of a Consumer, Producer or Admin. */
export function connectionOptions(
  config: KafkaConnectionSettings,
): Pick<BaseOptions, 'bootstrapBrokers' | 'connectTimeout' | 'tls' | 'tlsServerName' | 'sasl'> {
  const hosts = config.bootstrapServers.map((server) => server.slice(0, server.lastIndexOf(':')));
  return {
    bootstrapBrokers: [...config.bootstrapServers],
    connectTimeout: config.connectTimeoutMs,
    // Managed clusters find the broker by this name. RFC 6066 allows no address in its place.
    ...(config.tls && { tls: config.tls, tlsServerName: !hosts.every((host) => isIP(host)) }),
    ...(config.sasl && { sasl: saslOptions(config.sasl) }),
  };
}

function saslOptions(sasl: SaslSettings): SASLOptions {
  if (sasl.mechanism !== 'OAUTHBEARER' && sasl.mechanism !== 'AWS_MSK_IAM') return { ...sasl };
  return {
    mechanism: 'OAUTHBEARER',
    token: sasl.mechanism === 'AWS_MSK_IAM' ? createMskToken(sasl.region) : sasl.token,
    // A broker refuses in an answer that the client takes for success; an accepted login has an empty answer.
    // https://www.rfc-editor.org/rfc/rfc7628#section-3.2.2
    authBytesValidator: (answer, callback) => {
      if (answer.length > 0) callback(new KafkaError(...refusedLogin(sasl)));
      else callback(null, answer);
    },
  };
}
