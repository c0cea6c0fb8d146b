import pg from 'pg';
import { StoreError, type StoreFault } from '../../record/errors.ts';

/**
 * Whose fault an error of PostgreSQL is, decided by SQLSTATE and never by message.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */

/** Classes that say the data itself was refused: data exceptions and integrity constraint violations. */
const RECORD_CLASSES = new Set(['22', '23']);

/** Connection exceptions and insufficient resources: the server's state, which passes. */
const TRANSIENT_CLASSES = new Set(['08', '53']);

const TRANSIENT_CODES = new Set([
  '25006', // read_only_sql_transaction: a replica after a failover
  '40001', // serialization_failure
  '40P01', // deadlock_detected
  '55P03', // lock_not_available
  '57014', // query_canceled: the statement timeout, ours or the server's
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now: starting up or recovering
  '57P05', // idle_session_timeout: the server closed a connection that had slept
]);

const CREDENTIALS_CODES = new Set([
  '28000', // invalid_authorization_specification: the user does not exist, or may not come from here
  '28P01', // invalid_password
]);

const NOT_NULL_VIOLATION = '23502';

/**
 * Codes of Node's TLS errors: a certificate that does not match is a matter of set-up, and trying again does not fix it.
 * https://nodejs.org/api/tls.html#x509-certificate-error-codes
 */
const TLS_CODE =
  /^(ERR_(TLS|SSL|OSSL)_|CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED)/;

/**
 * Turns whatever `pg` or a socket threw into an error that says what to do next and quotes nothing: PostgreSQL's own
 * message, detail and context can hold the row.
 *
 * @param written columns that the statement writes, whose NULL can be the fault of a record
 */
export function toStoreError(
  error: unknown,
  written: ReadonlySet<string> = NO_COLUMNS,
): StoreError {
  if (error instanceof StoreError) return error;
  // Anything can be thrown, undefined too.
  const { code, constraint } = Object(error) as { code?: unknown; constraint?: unknown };
  const known = typeof code === 'string' ? code : null;
  if (error instanceof pg.DatabaseError && known)
    return new StoreError(
      faultOfSqlState(known, error.column, written),
      `PostgreSQL answered SQLSTATE ${known}${constraint ? ` (constraint ${constraint})` : ''}.`,
      known,
      typeof constraint === 'string' ? constraint : null,
    );
  return new StoreError(
    faultOfConnection(error, known),
    `The connection to PostgreSQL failed${known ? ` (${known})` : ''}.`,
    known,
    null,
  );
}

const NO_COLUMNS: ReadonlySet<string> = new Set();

/**
 * @param sqlstate five characters
 * @param column the column that PostgreSQL names, if any
 * @param written columns that the statement writes
 */
export function faultOfSqlState(
  sqlstate: string,
  column: string | undefined,
  written: ReadonlySet<string>,
): StoreFault {
  // A record cannot be at fault for a column that it has no say in (promise P4).
  if (sqlstate === NOT_NULL_VIOLATION && !(column !== undefined && written.has(column)))
    return 'deployment';
  if (RECORD_CLASSES.has(sqlstate.slice(0, 2))) return 'record';
  if (TRANSIENT_CLASSES.has(sqlstate.slice(0, 2)) || TRANSIENT_CODES.has(sqlstate))
    return 'transient';
  return CREDENTIALS_CODES.has(sqlstate) ? 'credentials' : 'deployment';
}

/** Errors without a SQLSTATE come from the socket, DNS, TLS, a timeout of the client, or from a mistake in the code. */
function faultOfConnection(error: unknown, code: string | null): StoreFault {
  if (error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError)
    return 'deployment';
  return code !== null && TLS_CODE.test(code) ? 'deployment' : 'transient';
}
