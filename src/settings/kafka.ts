import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { ConnectionOptions } from 'node:tls';
import { readPem } from './pem.ts';
import type { Reader } from './reader.ts';
import { readSasl, type SaslSettings } from './sasl.ts';
import { readGroup, type Values } from './setting.ts';
import { KAFKA, KAFKA_SECURITY } from './table/kafka-connection.ts';

/** How Kafka is reached. */
export interface KafkaConnectionSettings extends Values<typeof KAFKA> {
  /** False for plain text. */
  readonly tls: false | ConnectionOptions;
  /** Null when nobody logs in. */
  readonly sasl: null | SaslSettings;
}

type Security = Values<typeof KAFKA_SECURITY>;

/** Reads the settings of the connection to Kafka; what is wrong is noted in `reader`. */
export function readKafkaConnection(reader: Reader): KafkaConnectionSettings {
  const kafka = readGroup(reader, KAFKA);
  const security = readGroup(reader, KAFKA_SECURITY);
  return { ...kafka, tls: readKafkaTls(reader, security), sasl: readSasl(reader, security) };
}

/** No setting leaves the broker's certificate or host name unchecked. */
function readKafkaTls(
  reader: Reader,
  { protocol, caFile, certFile, keyFile }: Security,
): false | ConnectionOptions {
  const files = KAFKA_SECURITY.settings;
  if (!protocol.endsWith('SSL')) {
    const unused = [files.caFile, files.certFile, files.keyFile]
      .map(({ variable }) => variable)
      .filter((variable) => reader.given(variable));
    if (unused.length > 0)
      reader.problem(
        `KAFKA_SECURITY_PROTOCOL=${protocol} speaks no TLS and does not read ${unused.join(', ')}: set ${protocol === 'PLAINTEXT' ? 'SSL or SASL_SSL' : 'SASL_SSL'}`,
      );
    return false;
  }
  if (Boolean(certFile) !== Boolean(keyFile))
    reader.problem(
      'only one of KAFKA_CERT_FILE and KAFKA_KEY_FILE is set: a client certificate needs both',
    );
  const ca = readPem(reader, files.caFile, caFile, 'certificate');
  const cert = readPem(reader, files.certFile, certFile, 'certificate');
  const key = readPem(reader, files.keyFile, keyFile, 'private key');
  const pair = cert && key ? { cert, key } : {};
  if (cert && key && !new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)))
    reader.problem(
      'KAFKA_KEY_FILE does not belong to KAFKA_CERT_FILE: must be the key of its first certificate',
    );
  // Said aloud, so that NODE_TLS_REJECT_UNAUTHORIZED has no say.
  return { ...(ca && { ca }), ...pair, rejectUnauthorized: true };
}
