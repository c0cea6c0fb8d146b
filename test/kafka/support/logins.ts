import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { alterUserScramCredentialsV0, Connection } from '@platformatic/kafka';

interface User {
  readonly username: string;
  readonly password: string;
}

/** May do everything. */
export const SINK: User = { username: 'user-of-the-sink', password: 'correct horse' };
/** May log in, by PLAIN only. */
export const STRANGER: User = { username: 'a-stranger', password: 'battery staple' };

/** The settings for a login with a password. */
export const login = (mechanism: string, { username, password }: User = SINK) => ({
  KAFKA_SASL_MECHANISM: mechanism,
  KAFKA_SASL_USERNAME: username,
  KAFKA_SASL_PASSWORD: password,
});

/** https://kafka.apache.org/protocol#The_Messages_AlterUserScramCredentials */
const SCRAM = { 1: 'sha256', 2: 'sha512' } as const;
const ITERATIONS = 4096;

/** The broker's side of the logins at one listener; those of SCRAM are in its metadata. */
export function jaas(listener: string): Record<string, string> {
  const users = [SINK, STRANGER]
    .map(({ username, password }) => `user_${username}="${password}"`)
    .join(' ');
  const settings = (mechanism: string, module: string, options = '') => ({
    [`listener.name.${listener}.${mechanism}.sasl.jaas.config`]: `org.apache.kafka.common.security.${module} required ${options};`,
  });
  return {
    ...settings('plain', 'plain.PlainLoginModule', users),
    ...settings('scram-sha-256', 'scram.ScramLoginModule'),
    ...settings('scram-sha-512', 'scram.ScramLoginModule'),
    ...settings('oauthbearer', 'oauthbearer.OAuthBearerLoginModule'),
  };
}

/** Stores what the broker keeps of a user's password for SCRAM. */
export async function createLogins(bootstrapServer: string): Promise<void> {
  const [host = '', port] = bootstrapServer.split(':');
  const connection = new Connection('test');
  await connection.connect(host, Number(port));
  // Kafka takes one credential of a user per request.
  for (const [mechanism, digest] of Object.entries(SCRAM)) {
    const salt = randomBytes(16);
    const length = digest === 'sha256' ? 32 : 64;
    const credential = {
      name: SINK.username,
      mechanism: Number(mechanism),
      iterations: ITERATIONS,
      salt,
      saltedPassword: pbkdf2Sync(SINK.password, salt, ITERATIONS, length, digest),
    };
    await alterUserScramCredentialsV0.api.async(connection, [], [credential]);
  }
  await connection.close();
}

/** A token that nobody signed, as Kafka takes it where nothing else is set (RFC 7515, appendix A.5). */
export function unsignedToken(lifeSeconds = 3600): string {
  const now = Math.floor(Date.now() / 1000);
  const part = (content: unknown) => Buffer.from(JSON.stringify(content)).toString('base64url');
  return `${part({ alg: 'none' })}.${part({ sub: SINK.username, iat: now, exp: now + lifeSeconds })}.`;
}
