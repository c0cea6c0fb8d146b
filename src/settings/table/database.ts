import { integer, type Kind, milliseconds, oneOf, pattern, secret, text } from '../kinds.ts';
import type { Group } from '../setting.ts';

/** Holds a password, so that it is a secret. One that holds `/`, `?`, `#` or `@` itself ends or moves the host. */
const url: Kind<URL> = {
  parse(text) {
    const url = URL.parse(text);
    if (!url || !/^postgres(ql)?:$/.test(url.protocol)) return undefined;
    const { hostname, port, pathname, hash } = url;
    const complete = /^[^,]+$/.test(hostname) && /^\/[^/@]+$/.test(pathname);
    return complete && port !== '0' && hash === '' ? url : undefined;
  },
  mustBe:
    'postgres://user:password@host:5432/database[?sslmode=…], with one host or the folder of a Unix socket as %2Fvar%2Frun%2Fpostgresql, special characters percent-encoded',
  placeholder: 'URL',
};

export const DATABASE = {
  subject: 'PostgreSQL',
  readBy: 'sink',
  settings: {
    url: {
      variable: 'DATABASE_URL',
      flag: null,
      kind: secret(url),
      help: 'database and login; or set one of the next two',
    },
    secretArn: {
      variable: 'DATABASE_SECRET_ARN',
      kind: text('the ARN of a secret in the JSON form of RDS', 'ARN'),
      help: 'a secret with the login',
    },
    iamUser: {
      variable: 'DATABASE_IAM_USER',
      kind: text('a database user who may use IAM tokens'),
      help: 'a user who logs in with IAM tokens',
    },
    host: {
      variable: 'DATABASE_HOST',
      kind: pattern(
        /^([^\s:/,]+|[\da-f]*:[\da-f]*:[\da-f:.]*)$/i,
        'a host name or address without a port',
        'NAME',
      ),
      unset: "the secret's",
      help: 'host, with a secret or an IAM user',
    },
    port: {
      variable: 'DATABASE_PORT',
      kind: integer(1, 65_535, 'port'),
      unset: "the secret's, or 5432",
      help: 'port, with a secret or an IAM user',
    },
    name: {
      variable: 'DATABASE_NAME',
      kind: text('the name of a database'),
      unset: "the secret's",
      help: 'database, with a secret or an IAM user',
    },
    poolSize: {
      variable: 'DATABASE_POOL_SIZE',
      kind: integer(1, 100, 'connections'),
      default: '2',
      help: 'most connections of one process',
    },
    connectTimeoutMs: {
      variable: 'DATABASE_CONNECT_TIMEOUT_MS',
      kind: milliseconds(1, 600_000),
      default: '3000',
      help: 'longest time for one connection',
    },
    statementTimeoutMs: {
      variable: 'DATABASE_STATEMENT_TIMEOUT_MS',
      kind: milliseconds(1, 840_000),
      default: '10000',
      help: 'longest time for one statement; the server enforces it',
    },
    synchronousCommit: {
      variable: 'DATABASE_SYNCHRONOUS_COMMIT',
      // Not `off`: it confirms rows that a crash of the server takes away.
      // https://www.postgresql.org/docs/current/runtime-config-wal.html#GUC-SYNCHRONOUS-COMMIT
      kind: oneOf('on', 'local', 'remote_write', 'remote_apply'),
      unset: "the server's",
      help: 'what a commit waits for; on, beside synchronous_standby_names, for a standby',
    },
    sslMode: {
      variable: 'DATABASE_SSLMODE',
      // libpq's names. `allow` and `prefer` are left out on purpose: they fall back to plain text without a word.
      // https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION
      kind: oneOf('disable', 'require', 'verify-ca', 'verify-full'),
      unset: 'verify-full; with a URL its sslmode',
      help: 'TLS, as libpq names it',
    },
    caFile: {
      variable: 'DATABASE_CA_FILE',
      kind: text('a readable file with certificates in PEM form', 'FILE'),
      unset: 'those that Node.js knows',
      help: 'authorities that may vouch for the server',
    },
  },
} as const satisfies Group;
