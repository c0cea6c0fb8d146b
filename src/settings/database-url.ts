import type { Reader } from './reader.ts';
import { DATABASE } from './table/database.ts';
import type { SslMode } from './tls.ts';

/** What a URL says, as `pg` takes it. What it does not say is `pg`'s default. */
export interface UrlLogin {
  /** A name, an address without brackets, or the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user?: string;
  readonly password?: string;
  /** Sent at the login, such as `-c search_path=app`. */
  readonly options?: string;
  readonly application_name?: string;
}

export const DEFAULT_PORT = 5432;

const NO_LOGIN: UrlLogin = { host: '', port: DEFAULT_PORT, database: '' };

/**
 * Takes a URL apart; what is wrong is noted in `reader`. `pg` would do so by rules of its own: a parameter `host` replaces the
 * host, others turn TLS off, and most are ignored. The URL holds a password, so no message here shows it.
 */
export function readUrl(
  reader: Reader,
  url: URL | undefined,
): { readonly login: UrlLogin; readonly sslMode: SslMode | undefined } {
  // That it is missing or wrong is noted already.
  if (!url) return { login: NO_LOGIN, sslMode: undefined };
  checkParameters(reader, [...url.searchParams.keys()]);
  const sslMode = readSslMode(reader, url.searchParams.get('sslmode'));
  const login = readLogin(url);
  if (!login)
    reader.problem(
      'DATABASE_URL holds a % that stands for no character: write % itself as %25, and other special characters percent-encoded in UTF-8',
    );
  return { login: login ?? NO_LOGIN, sslMode };
}

function readLogin(url: URL): UrlLogin | null {
  const { hostname, port, username, password, pathname, searchParams } = url;
  const options = searchParams.get('options');
  const name = searchParams.get('application_name');
  try {
    return {
      host: decodeURIComponent(hostname.replace(/^\[(.*)\]$/, '$1')),
      port: port === '' ? DEFAULT_PORT : Number(port),
      database: decodeURIComponent(pathname.slice(1)),
      ...(username === '' ? {} : { user: decodeURIComponent(username) }),
      ...(password === '' ? {} : { password: decodeURIComponent(password) }),
      ...(options === null ? {} : { options }),
      ...(name === null ? {} : { application_name: name }),
    };
  } catch {
    return null;
  }
}

function readSslMode(reader: Reader, asked: string | null): SslMode | undefined {
  const { kind } = DATABASE.settings.sslMode;
  const sslMode = asked === null ? undefined : kind.parse(asked);
  if (asked !== null && !sslMode)
    reader.problem(`DATABASE_URL has sslmode=${asked}: must be ${kind.mustBe}`);
  return sslMode;
}

/** Written small alone: nobody reads SSLMODE, and all would travel in plain text. */
const READ = ['sslmode', 'options', 'application_name'];

function checkParameters(reader: Reader, names: readonly string[]): void {
  const unread = names.filter((name) => !READ.includes(name));
  const tls = unread.filter((name) => /^ssl|libpq|channel_binding/i.test(name));
  if (tls.length > 0)
    reader.problem(
      `DATABASE_URL names ${tls.join(', ')}: of TLS only sslmode is read there; set DATABASE_CA_FILE to the authority's certificate, or leave it out for the authorities that Node.js knows (client certificates and channel binding are not supported: sslmode=verify-full shows whose server it is)`,
    );
  const others = unread.filter((name) => !tls.includes(name));
  if (others.length > 0)
    reader.problem(
      `DATABASE_URL names ${others.join(', ')}: only ${READ.join(', ')} are read there, so leave it out; host, port, user and password stand before the question mark, and times are DATABASE_CONNECT_TIMEOUT_MS and DATABASE_STATEMENT_TIMEOUT_MS`,
    );
  if (new Set(names).size < names.length)
    reader.problem('DATABASE_URL names a parameter twice: leave one of them out');
}
