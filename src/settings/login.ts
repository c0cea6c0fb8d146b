import { DEFAULT_PORT, readUrl, type UrlLogin } from './database-url.ts';
import type { Reader } from './reader.ts';
import type { Values } from './setting.ts';
import { DATABASE } from './table/database.ts';
import type { SslMode } from './tls.ts';

/** Coordinates that replace a secret's own. */
interface Coordinates {
  readonly host?: string;
  readonly port?: number;
  readonly database?: string;
}

/** Where the database is, and where the credentials come from. */
export type LoginSource =
  | { readonly kind: 'url'; readonly login: UrlLogin }
  /** A secret holds the credentials, and the coordinates except those that are named here. */
  | ({ readonly kind: 'secret'; readonly arn: string } & Coordinates)
  /** The credential is an IAM token, signed for each connection. */
  | ({ readonly kind: 'iam'; readonly user: string } & Required<Coordinates>);

const { url: URL_SETTING, secretArn: SECRET_SETTING, iamUser: IAM_SETTING } = DATABASE.settings;

/** Reads where to log in, with the TLS mode that a URL asks for; what is wrong is noted in `reader`. */
export function readLoginSource(
  reader: Reader,
  { url, secretArn, iamUser, host, port, name }: Values<typeof DATABASE>,
): { source: LoginSource; sslMode?: SslMode } {
  checkWays(reader);
  const coordinates: Coordinates = {
    ...(host ? { host } : {}),
    ...(port ? { port } : {}),
    ...(name ? { database: name } : {}),
  };
  if (secretArn !== undefined)
    return { source: { kind: 'secret', arn: secretArn, ...coordinates } };
  if (iamUser !== undefined)
    return { source: { kind: 'iam', user: iamUser, ...complete(reader, coordinates) } };
  if (Object.keys(coordinates).length > 0)
    reader.problem(
      'DATABASE_HOST, DATABASE_PORT and DATABASE_NAME go with DATABASE_SECRET_ARN or DATABASE_IAM_USER: a URL names them itself, so unset them',
    );
  const { login, sslMode } = readUrl(reader, url);
  return { source: { kind: 'url', login }, ...(sslMode ? { sslMode } : {}) };
}

/** There are three ways to say where to log in, and exactly one must be taken. */
function checkWays(reader: Reader): void {
  const ways = [URL_SETTING, SECRET_SETTING, IAM_SETTING];
  const set = ways.filter(({ variable }) => reader.given(variable) !== undefined);
  if (set.length > 1)
    reader.problem(
      `more than one of ${ways.map(({ variable }) => variable).join(', ')} is set: set one of them only`,
    );
  if (set.length === 0)
    reader.problem(
      `none of ${ways.map(({ variable, kind }) => `${variable} (${kind.mustBe})`).join(', ')} is set: set one of them`,
    );
}

function complete(reader: Reader, { host, port, database }: Coordinates): Required<Coordinates> {
  if (!host || !database)
    reader.problem(
      `DATABASE_IAM_USER is set without DATABASE_HOST or DATABASE_NAME: set both (and DATABASE_PORT when it is not ${DEFAULT_PORT})`,
    );
  return { host: host ?? '', port: port ?? DEFAULT_PORT, database: database ?? '' };
}
