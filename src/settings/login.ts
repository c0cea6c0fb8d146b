import type { EnvReader } from './reader.ts';
import { SSL_MODES, type SslMode } from './tls.ts';

/** Coordinates that stand in the place of a secret's own. */
export interface Coordinates {
  readonly host?: string;
  readonly port?: number;
  readonly database?: string;
}

/** Where the database is, and where the credentials come from. */
export type LoginSource =
  | { readonly kind: 'url'; readonly url: string }
  /** A secret holds the credentials, and the coordinates except those that are named here. */
  | ({ readonly kind: 'secret'; readonly arn: string } & Coordinates)
  /** The credential is a token of IAM, made anew for each connection. */
  | ({ readonly kind: 'iam'; readonly user: string } & Required<Coordinates>);

const URL_ACCEPTED = 'postgres://user:password@host:5432/database[?sslmode=…]';
const WAYS = 'DATABASE_URL, DATABASE_SECRET_ARN and DATABASE_IAM_USER';

/** Reads where to log in, with the mode of TLS that a URL asks for; what is wrong is noted in `env`. */
export function readLoginSource(env: EnvReader): { source: LoginSource; sslMode?: SslMode } {
  const url = env.given('DATABASE_URL');
  const arn = env.given('DATABASE_SECRET_ARN');
  const user = env.given('DATABASE_IAM_USER');
  const ways = [url, arn, user].filter((way) => way !== undefined).length;
  if (ways > 1) env.problem(`more than one of ${WAYS} is set: set one of them only`);
  if (ways === 0)
    env.problem(
      `none of DATABASE_URL (${URL_ACCEPTED}), DATABASE_SECRET_ARN (a Secrets Manager secret) and DATABASE_IAM_USER (a user who logs in with IAM tokens) is set: set one of them`,
    );
  const coordinates = readCoordinates(env);
  if (arn !== undefined) return { source: { kind: 'secret', arn, ...coordinates } };
  if (user !== undefined) return { source: { kind: 'iam', user, ...complete(env, coordinates) } };
  if (Object.keys(coordinates).length > 0)
    env.problem(
      'DATABASE_HOST, DATABASE_PORT and DATABASE_NAME go with DATABASE_SECRET_ARN or DATABASE_IAM_USER: a URL names them itself',
    );
  const { text, sslMode } = readUrl(env, url ?? '');
  return { source: { kind: 'url', url: text }, ...(sslMode ? { sslMode } : {}) };
}

function readCoordinates(env: EnvReader): Coordinates {
  const host = env.given('DATABASE_HOST');
  const database = env.given('DATABASE_NAME');
  const port = env.given('DATABASE_PORT')
    ? env.integer('DATABASE_PORT', 5432, { min: 1, max: 65_535 })
    : undefined;
  if (host !== undefined)
    env.matching('DATABASE_HOST', undefined, /^[^\s:/]+$/, 'a host name without port');
  return {
    ...(host ? { host } : {}),
    ...(port ? { port } : {}),
    ...(database ? { database } : {}),
  };
}

function complete(env: EnvReader, { host, port, database }: Coordinates): Required<Coordinates> {
  if (!host || !database)
    env.problem(
      'DATABASE_IAM_USER is set without DATABASE_HOST or DATABASE_NAME: set both (and DATABASE_PORT where it is not 5432)',
    );
  return { host: host ?? '', port: port ?? 5432, database: database ?? '' };
}

/** The URL holds a password, so no message here shows it. */
function readUrl(env: EnvReader, text: string): { text: string; sslMode?: SslMode } {
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
