import { UserError } from '@platformatic/kafka';
import type { KafkaConnectionSettings } from '../settings/kafka.ts';
import { UNKNOWN_AUTHORITY } from '../settings/tls-codes.ts';
import type { Cause, Explanation } from './kafka-error.ts';

/** What a peer says about a client certificate. https://www.rfc-editor.org/rfc/rfc8446#section-6.2 */
const REFUSED_CERTIFICATE =
  /ALERT_((BAD|UNSUPPORTED)_CERTIFICATE|CERTIFICATE_(REVOKED|EXPIRED|UNKNOWN|REQUIRED)|UNKNOWN_CA)$/;

/** What a cause says about TLS; undefined where it says nothing about it. */
export function explainTls(
  cause: Cause,
  { bootstrapServers, tls, sasl }: KafkaConnectionSettings,
): Explanation | undefined {
  if (!tls) return undefined;
  const servers = bootstrapServers.join(', ');
  const code = String(cause.code);
  if (UNKNOWN_AUTHORITY.has(code))
    return [
      'certificate',
      `The certificate of Kafka at ${servers} is self-signed or of an unknown authority (${code}): set KAFKA_CA_FILE to the authority's certificate.`,
    ];
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return [
      'certificate',
      `The certificate of Kafka is for another host name than ${(cause as { host?: string }).host} (${code}): name the brokers in KAFKA_BOOTSTRAP_SERVERS, and in their advertised.listeners, as their certificates do.`,
    ];
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID')
    return [
      'certificate',
      `The certificate of Kafka at ${servers} is not valid today (${code}): renew it, and check the clock of this machine.`,
    ];
  if (REFUSED_CERTIFICATE.test(code))
    return [
      'certificate',
      tls.cert
        ? `Kafka at ${servers} refuses the client certificate (${code}): check that KAFKA_CERT_FILE is valid today and of an authority that the broker trusts.`
        : `Kafka at ${servers} asks for a client certificate (${code}): set KAFKA_CERT_FILE and KAFKA_KEY_FILE.`,
    ];
  // Kafka takes the first bytes of TLS for a request that is too long, and hangs up; others answer in plain text.
  const hungUp = cause instanceof UserError && cause.cause !== undefined;
  if (
    hungUp ||
    code === 'ERR_SSL_WRONG_VERSION_NUMBER' ||
    code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG'
  )
    return [
      'protocol',
      `What listens at ${servers} speaks no TLS: name the port of Kafka's ${sasl ? 'SASL_SSL' : 'SSL'} listener in KAFKA_BOOTSTRAP_SERVERS, or set KAFKA_SECURITY_PROTOCOL=${sasl ? 'SASL_PLAINTEXT' : 'PLAINTEXT'}.`,
    ];
  if (code.startsWith('ERR_SSL_'))
    return [
      'protocol',
      `The TLS handshake with Kafka at ${servers} failed (${code}): check that the broker speaks TLS 1.2 or later, and that nothing on the way ends the connection.`,
    ];
  return undefined;
}
