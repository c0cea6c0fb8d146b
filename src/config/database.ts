import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import type { EnvReader } from './env.ts';

export interface DatabaseConfig {
  /** Where the connection's coordinates and credentials come from. */
  readonly source:
    | { readonly kind: 'url'; readonly url: string }
    | { readonly kind: 'secret'; readonly arn: string };
  /** Table name, one or two parts, not quoted yet. */
  readonly table: readonly string[];
  readonly poolSize: number;
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
  readonly ssl: false | ConnectionOptions;
}

/**
 * libpq's names. `allow` and `prefer` are left out on purpose: they fall back to plain text without a word.
 * https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION
 */
const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full'] as const;
type SslMode = (typeof SSL_MODES)[number];

const URL_ACCEPTED = 'postgres://user:password@host:5432/database[?sslmode=…]';
/** Reads the `DATABASE_*` settings; what is wrong is noted in `env`. */
export function readDatabaseConfig(env: EnvReader): DatabaseConfig {
  const source = readSource(env);
  const url = source.kind === 'url' ? withoutSslMode(env, source.url) : undefined;
  const secretDefault: SslMode = source.kind === 'secret' ? 'verify-full' : 'disable';
  const mode = env.oneOf('DATABASE_SSLMODE', url?.sslMode ?? secretDefault, SSL_MODES);
  return {
    source: url ? { kind: 'url', url: url.text } : source,
    table: env
      .matching(
        'DATABASE_TABLE',
        'notifications',
        /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)?$/,
        'a table name of letters, digits and _, optionally behind a schema and a dot',
      )
      .split('.'),
    poolSize: env.integer('DATABASE_POOL_SIZE', 2, { min: 1, max: 100, unit: 'connections' }),
    connectTimeoutMs: env.integer('DATABASE_CONNECT_TIMEOUT_MS', 3000, {
      min: 1,
      max: 600_000,
      unit: 'ms',
    }),
    statementTimeoutMs: env.integer('DATABASE_STATEMENT_TIMEOUT_MS', 10_000, {
      min: 1,
      max: 840_000,
      unit: 'ms',
    }),
    ssl: readTls(env, mode),
  };
}

function readSource(env: EnvReader): DatabaseConfig['source'] {
  const url = env.given('DATABASE_URL');
  const arn = env.given('DATABASE_SECRET_ARN');
  if (url && arn)
    env.problem('DATABASE_URL and DATABASE_SECRET_ARN are both set: set one of them only');
  if (!url && !arn)
    env.problem(
      `neither DATABASE_URL (${URL_ACCEPTED}) nor DATABASE_SECRET_ARN (a Secrets Manager secret) is set: set one of them`,
    );
  return arn && !url ? { kind: 'secret', arn } : { kind: 'url', url: url ?? '' };
}

/** The URL holds a password, so no message here shows it. */
function withoutSslMode(env: EnvReader, text: string): { text: string; sslMode?: SslMode } {
  if (text === '') return { text };
  const url = URL.parse(text);
  if (
    !url ||
    !/^postgres(ql)?:$/.test(url.protocol) ||
    url.hostname === '' ||
    url.pathname.length < 2
  ) {
    env.problem(`DATABASE_URL (not shown, it may hold a password): accepted is ${URL_ACCEPTED}`);
    return { text };
  }
  // pg would read these by rules of its own, and some of them undo the verification.
  const tls = [...url.searchParams.keys()].filter((name) => /^(?!sslmode$)ssl|libpq/i.test(name));
  if (tls.length > 0)
    env.problem(
      `DATABASE_URL names ${tls.join(', ')}: of TLS only sslmode is read there; set DATABASE_CA_FILE to the authority's certificate (client certificates are not supported)`,
    );
  const asked = url.searchParams.get('sslmode');
  // So it does with the mode.
  url.searchParams.delete('sslmode');
  const sslMode = SSL_MODES.find((mode) => mode === asked);
  if (asked !== null && !sslMode)
    env.problem(`DATABASE_URL has sslmode=${asked}: accepted is one of ${SSL_MODES.join(', ')}`);
  return sslMode ? { text: url.href, sslMode } : { text: url.href };
}

function readTls(env: EnvReader, mode: SslMode): DatabaseConfig['ssl'] {
  const file = env.given('DATABASE_CA_FILE');
  if (mode === 'disable') {
    if (file)
      env.problem('DATABASE_CA_FILE is set, but TLS is off: set DATABASE_SSLMODE=verify-full');
    return false;
  }
  const ca = file ? readCertificates(env, file) : undefined;
  return {
    ...(ca ? { ca } : {}),
    // libpq verifies the chain under `require` too as soon as an authority is named.
    rejectUnauthorized: mode !== 'require' || ca !== undefined,
    ...(mode === 'verify-full' ? {} : { checkServerIdentity: () => undefined }),
  };
}

function readCertificates(env: EnvReader, file: string): string | undefined {
  const accepted = 'a readable file with certificates in PEM form';
  try {
    const pem = readFileSync(file, 'utf8');
    if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
    env.problem(
      `DATABASE_CA_FILE=${JSON.stringify(file)} holds no certificate: accepted is ${accepted}`,
    );
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    env.problem(
      `DATABASE_CA_FILE=${JSON.stringify(file)} cannot be read (${code}): accepted is ${accepted}`,
    );
  }
  return undefined;
}
