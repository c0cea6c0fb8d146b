import { isIP } from 'node:net';
import type { BaseOptions, SASLOptions } from '@platformatic/kafka';
import type { KafkaConnectionConfig } from '../settings/kafka.ts';
import type { SaslConfig } from '../settings/sasl.ts';
import { KafkaError } from './errors.ts';
import { refusedLogin } from './explain-login.ts';
import { createMskToken } from './msk-token.ts';
import './catch-connection-errors.ts';

/**
 * Time for an answer of Kafka in milliseconds. The client repeats requests while Kafka is away, and loses an answer when a
 * connection closes at the wrong moment: without a limit, its promise would stay open until the process ends.
 */
export const ANSWER_MS = 60_000;

/** The options that say how a client reaches Kafka: to be spread into those of a Consumer or an Admin. */
export function connectionOptions(
  config: KafkaConnectionConfig,
): Pick<BaseOptions, 'bootstrapBrokers' | 'connectTimeout' | 'tls' | 'tlsServerName' | 'sasl'> {
  const hosts = config.bootstrapServers.map((server) => server.slice(0, server.lastIndexOf(':')));
  return {
    bootstrapBrokers: [...config.bootstrapServers],
    connectTimeout: config.connectTimeoutMs,
    // Managed clusters find the broker by this name. An address may not be sent as one (RFC 6066).
    ...(config.tls && { tls: config.tls, tlsServerName: !hosts.every((host) => isIP(host)) }),
    ...(config.sasl && { sasl: saslOptions(config.sasl) }),
  };
}

function saslOptions(sasl: SaslConfig): SASLOptions {
  if (sasl.mechanism !== 'OAUTHBEARER' && sasl.mechanism !== 'AWS_MSK_IAM') return { ...sasl };
  return {
    mechanism: 'OAUTHBEARER',
    token: sasl.mechanism === 'AWS_MSK_IAM' ? createMskToken(sasl.region) : sasl.token,
    // A broker says no in an answer that is no error to the client; yes is an empty one.
    // https://www.rfc-editor.org/rfc/rfc7628#section-3.2.2
    authBytesValidator: (answer, callback) => {
      if (answer.length > 0) callback(new KafkaError(...refusedLogin(sasl)));
      else callback(null, answer);
    },
  };
}
