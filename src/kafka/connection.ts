import { isIP } from 'node:net';
import type { BaseOptions, SASLOptions } from '@platformatic/kafka';
import type { KafkaConnectionSettings } from '../settings/kafka.ts';
import type { SaslSettings } from '../settings/sasl.ts';
import { refusedLogin } from './explain-login.ts';
import { KafkaError } from './kafka-error.ts';
import { createMskToken } from './msk-token.ts';
import './heard-errors.ts';

/** The options that say how a client reaches Kafka: to be spread into those of a Consumer or an Admin. */
export function connectionOptions(
  config: KafkaConnectionSettings,
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

function saslOptions(sasl: SaslSettings): SASLOptions {
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
