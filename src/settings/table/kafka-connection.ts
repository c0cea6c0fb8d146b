import { integer, type Kind, milliseconds, oneOf, pattern, secret, text } from '../kinds.ts';
import type { Group } from '../setting.ts';

const servers: Kind<readonly string[]> = {
  parse(text) {
    const list = text.split(',');
    const sound = list.every((server) => {
      const [, port] = /^[^\s:]+:(\d{1,5})$/.exec(server) ?? [];
      return Number(port) >= 1 && Number(port) <= 65_535;
    });
    return sound ? list : undefined;
  },
  mustBe: 'host:port with a port from 1 to 65535, several separated by commas',
  placeholder: 'HOST:PORT,…',
};

export const KAFKA = {
  subject: 'Kafka',
  readBy: 'consume',
  settings: {
    /** `host:port` each. */
    bootstrapServers: {
      variable: 'KAFKA_BOOTSTRAP_SERVERS',
      flag: 'bootstrap-servers',
      kind: servers,
      default: 'localhost:9092',
      help: 'brokers that know the others',
    },
    connectTimeoutMs: {
      variable: 'KAFKA_CONNECT_TIMEOUT_MS',
      flag: 'connect-timeout-ms',
      kind: milliseconds(1, 600_000),
      default: '5000',
      help: 'longest time for one connection to a broker, TLS and login included',
    },
    /** Kafka bounds what a batch takes compressed: 1 MB by default. A few KB of it can expand to hundreds of MB. */
    maxUncompressedBytes: {
      variable: 'KAFKA_MAX_UNCOMPRESSED_BYTES',
      flag: 'max-uncompressed-bytes',
      kind: integer(1_048_576, 2_147_483_647, 'bytes'),
      default: String(64 * 1024 * 1024),
      help: 'a batch that expands to more is dead-lettered, unread',
    },
  },
} as const satisfies Group;

const certificates = text('a readable file with certificates in PEM form', 'FILE');

export const KAFKA_SECURITY = {
  subject: 'Security of Kafka',
  readBy: 'consume',
  settings: {
    protocol: {
      variable: 'KAFKA_SECURITY_PROTOCOL',
      flag: 'security-protocol',
      // Kafka's own names. https://kafka.apache.org/documentation/#security_overview
      kind: oneOf('PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'),
      default: 'PLAINTEXT',
      help: 'whether TLS is spoken, and whether there is a login',
    },
    mechanism: {
      variable: 'KAFKA_SASL_MECHANISM',
      flag: 'sasl-mechanism',
      kind: oneOf('PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER', 'AWS_MSK_IAM'),
      help: 'how to log in, with SASL_PLAINTEXT and SASL_SSL',
    },
    username: {
      variable: 'KAFKA_SASL_USERNAME',
      flag: null,
      kind: secret(text('the name of a user')),
      help: 'for PLAIN and SCRAM',
    },
    password: {
      variable: 'KAFKA_SASL_PASSWORD',
      flag: null,
      kind: secret(text('the password of that user', 'PASSWORD')),
      help: 'for PLAIN and SCRAM',
    },
    token: {
      variable: 'KAFKA_SASL_TOKEN',
      flag: null,
      // A line break at the end is what a file leaves behind, and it would end the message too soon.
      kind: secret(pattern(/^[\x21-\x7e]+$/, 'a token without spaces and line breaks', 'TOKEN')),
      help: 'for OAUTHBEARER',
    },
    caFile: {
      variable: 'KAFKA_CA_FILE',
      kind: certificates,
      unset: 'those that Node.js knows',
      help: 'authorities that may vouch for the brokers',
    },
    certFile: {
      variable: 'KAFKA_CERT_FILE',
      kind: certificates,
      help: 'client certificate',
    },
    keyFile: {
      variable: 'KAFKA_KEY_FILE',
      kind: text('a readable file with a private key in PEM form, without passphrase', 'FILE'),
      help: "the client certificate's private key",
    },
  },
} as const satisfies Group;

/** Lambda sets it for a function. */
export const AWS = {
  subject: 'AWS',
  readBy: 'consume',
  settings: {
    region: {
      variable: 'AWS_REGION',
      flag: 'region',
      kind: pattern(/^[a-z0-9-]+$/, 'a region, such as eu-central-1', 'REGION'),
      unset: "the AWS profile's",
      help: 'region of SQS, Secrets Manager, RDS and MSK',
    },
  },
} as const satisfies Group;
