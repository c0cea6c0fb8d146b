import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type LocalKafka, startKafka } from '../../../local/kafka.ts';
import { freePort } from '../../../local/ports.ts';
import { createLogins, jaas, SINK } from './logins.ts';

const pem = (name: string) =>
  fileURLToPath(new URL(`../../doctor/tls/server.${name}`, import.meta.url));
/** Self-signed for 127.0.0.1: the broker's, the client's where it shows one, and the authority of both. */
export const CERTIFICATE = pem('crt');
export const KEY = pem('key');

/** The settings for TLS, and for TLS with a client certificate. */
export const TLS = { KAFKA_CA_FILE: CERTIFICATE };
export const MTLS = { ...TLS, KAFKA_CERT_FILE: CERTIFICATE, KAFKA_KEY_FILE: KEY };

/** Ways into the broker, by the names of its listeners. */
const LISTENERS = {
  PLAINTEXT: 'PLAINTEXT',
  SSL: 'SSL',
  /** Asks for a client certificate. */
  MTLS: 'SSL',
  SASL_PLAINTEXT: 'SASL_PLAINTEXT',
  SASL_SSL: 'SASL_SSL',
  /** Says of itself that it is at an address where nobody listens. */
  LOST: 'PLAINTEXT',
} as const;
export type Listener = keyof typeof LISTENERS;

/** A broker of its own, with an address for each kind of connection. */
export interface SecureKafka extends Omit<LocalKafka, 'bootstrapServers'> {
  /** `127.0.0.1:<port>` of each listener. */
  readonly at: Readonly<Record<Listener, string>>;
}

/** Starts Kafka with all its kinds of connection and the users of `logins.ts`; nobody else may do anything. */
export async function startSecureKafka(): Promise<SecureKafka> {
  const names = Object.keys(LISTENERS) as Listener[];
  const ports = await Promise.all([freePort(), ...names.map(() => freePort())]);
  const controller = `127.0.0.1:${ports[0]}`;
  const at = Object.fromEntries(
    names.map((name, index) => [name, `127.0.0.1:${ports[index + 1]}`]),
  ) as Record<Listener, string>;
  const url = (name: Listener) => `${name}://${at[name]}`;
  const folder = mkdtempSync(join(tmpdir(), 'secure-kafka-'));
  const store = join(folder, 'store.pem');
  writeFileSync(store, readFileSync(KEY, 'utf8') + readFileSync(CERTIFICATE, 'utf8'));
  try {
    const kafka = await startKafka({
      port: Number(at.PLAINTEXT.split(':')[1]),
      settings: {
        listeners: [...names.map(url), `CONTROLLER://${controller}`].join(),
        'advertised.listeners': names
          .map((name) => (name === 'LOST' ? 'LOST://127.0.0.1:1' : url(name)))
          .join(),
        'listener.security.protocol.map': Object.entries({ ...LISTENERS, CONTROLLER: 'PLAINTEXT' })
          .map((pair) => pair.join(':'))
          .join(),
        'controller.quorum.voters': `1@${controller}`,
        'ssl.keystore.type': 'PEM',
        'ssl.keystore.location': store,
        'ssl.truststore.type': 'PEM',
        'ssl.truststore.location': CERTIFICATE,
        'listener.name.mtls.ssl.client.auth': 'required',
        'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
        // A session is renewed after four fifths of this; long enough for the other tests to see none of it.
        'listener.name.sasl_plaintext.oauthbearer.connections.max.reauth.ms': '1500',
        'listener.name.sasl_ssl.sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-512,OAUTHBEARER',
        ...jaas('sasl_plaintext'),
        ...jaas('sasl_ssl'),
        'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
        'super.users': `User:ANONYMOUS;User:${SINK.username};User:CN=kafka-pg-sink test`,
      },
    });
    await createLogins(at.PLAINTEXT);
    const { stop } = kafka;
    return Object.assign(kafka, {
      at,
      stop: () => stop().finally(() => rmSync(folder, { recursive: true, force: true })),
    });
  } catch (error) {
    rmSync(folder, { recursive: true });
    throw error;
  }
}
