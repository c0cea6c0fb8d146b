import pg from 'pg';
import { StoreError, type StoreFault } from '../../record/errors.ts';
import { AUTHORITY_REMEDY, UNKNOWN_AUTHORITY } from '../../settings/tls-codes.ts';

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
  '25P02', // in_failed_sql_transaction: a pooler gave us what another client had left behind
  '25P03', // idle_in_transaction_session_timeout: this process was frozen between two statements
  '26000', // invalid_sql_statement_name: a pooler has moved us to a connection that did not prepare it
  '40001', // serialization_failure
  '40P01', // deadlock_detected
  '42P05', // duplicate_prepared_statement: the same, the other way round
  '55P03', // lock_not_available
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now: starting up or recovering
  '57P04', // database_dropped
  '57P05', // idle_session_timeout: the server closed a connection that had slept
]);

const CREDENTIALS_CODES = new Set([
  '28000', // invalid_authorization_specification: the user does not exist, or may not come from here
  '28P01', // invalid_password
]);

const NOT_NULL_VIOLATION = '23502';
const CHECK_VIOLATION = '23514';

const UNDEFINED_COLUMN = '42703';

const TIMEOUT_CODES = new Set([
  '57014', // query_canceled: the statement timeout; or an administrator, which is rare and no reason to do another thing
  '25P04', // transaction_timeout: a setting of the server, which ends the connection, too
]);

/** sequence_generator_limit_exceeded: no value of a record comes from a sequence. */
const SEQUENCE_EXHAUSTED = '2200H';

/**
 * Codes of Node's TLS errors, and of a server that proves nothing (see `ProvenClient`): a matter of set-up, and trying again
 * does not fix it.
 * https://nodejs.org/api/tls.html#x509-certificate-error-codes
 */
const TLS_CODE =
  /^(UNPROVEN_SERVER$|ERR_(TLS|SSL|OSSL)_|CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED)/;

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
      faultOfSqlState(known, error, written),
      isWithoutPartition(known, error)
        ? `PostgreSQL answered SQLSTATE ${known}: no partition of the table takes the row.`
        : describe(known, constraint, missingColumn(error, written)),
      known,
      typeof constraint === 'string' ? constraint : null,
      error.table === undefined ? null : `${error.schema}.${error.table}`,
      error.routine ?? null,
    );
  const remedy = UNKNOWN_AUTHORITY.has(known ?? '') ? ` ${AUTHORITY_REMEDY}.` : '';
  return new StoreError(
    faultOfConnection(error, known),
    `The connection to PostgreSQL failed${known ? ` (${known})` : ''}.${remedy}`,
    known,
    null,
  );
}

/** Whether a SQLSTATE says that the data itself was refused. */
export const isOfData = (sqlstate: string): boolean => RECORD_CLASSES.has(sqlstate.slice(0, 2));

/**
 * Functions of the server that raise an error for one row, whatever its SQLSTATE says of others: that of RAISE in PL/pgSQL, and the
 * one that asks policies of row-level security and check options of views. A missing privilege has the SQLSTATE of row-level
 * security, 42501, and comes from elsewhere (`aclcheck_error`), also where it is one of a trigger, of an index's expression or of a
 * foreign key, which only some rows meet. The server sends the name in every version, in no language.
 * https://www.postgresql.org/docs/current/protocol-error-fields.html
 */
const ROW_ROUTINES: ReadonlySet<string> = new Set(['exec_stmt_raise', 'ExecWithCheckOptions']);

/**
 * Classes, and codes, that speak of the server, the session, the schema, a privilege or another server, and so of no row. Those of
 * the data itself are not among them: there the code says more.
 */
const NOT_OF_A_ROW = /^(08|0L|0P|25|26|28|2B|3D|3F|40|42|53|55|57|58|72|F0|HV|XX00[12])/;

/**
 * Whether an error that is not of the data itself can be the doing of one row: whatever a trigger or a function raises, under a
 * SQLSTATE of its own too, a row that is too large for an index, the check option of a view. XX000 is among them: functions of
 * extensions that name no SQLSTATE have it, as where PostGIS cannot read a value.
 *
 * What comes without the name of a function is no answer of PostgreSQL to a statement, but of a pooler, of TLS or to the login.
 */
export const isOfOneRow = ({ code, routine }: Pick<StoreError, 'code' | 'routine'>): boolean =>
  code !== null &&
  routine !== null &&
  (ROW_ROUTINES.has(routine) || !(isOfData(code) || NOT_OF_A_ROW.test(code)));

/**
 * Whether the statement does not fit the table, whose columns can be others by now. Row-level security refuses rows with the code of a
 * missing privilege: neither says that.
 */
export const isOfSchema = ({ code }: Pick<StoreError, 'code'>): boolean =>
  /^42(?!501)/.test(code ?? '');

/** In words, what a person is paged for. */
const MEANINGS: Readonly<Record<string, string>> = {
  '0A000': 'the table has something that COPY or ON CONFLICT does not support, such as a rule',
  '2200H': 'a sequence is used up',
  '25006': 'the server is read-only',
  '42501': 'a privilege is missing, or row-level security refuses the row',
  [UNDEFINED_COLUMN]: 'a column is not there',
  '42804': 'a column is of another type',
  '42P01': 'the table is not there',
  '42P10': 'no unique index has exactly the columns of the key',
  '53100': 'the disk is full',
  '53300': 'no connection is free',
};

/** The message alone names it, in words of the server's language: what the definition does not name stays unsaid. */
function missingColumn(
  { code, message }: pg.DatabaseError,
  written: ReadonlySet<string>,
): string | undefined {
  if (code !== UNDEFINED_COLUMN) return undefined;
  const [, name = ''] = /"([^"]+)"/.exec(message) ?? [];
  return written.has(name) ? name : undefined;
}

/** @param missing the column that is not there */
function describe(sqlstate: string, constraint: unknown, missing?: string): string {
  const where = constraint === undefined ? '' : ` (constraint ${constraint})`;
  const meaning = missing ? `the column ${missing} is not there` : MEANINGS[sqlstate];
  return `PostgreSQL answered SQLSTATE ${sqlstate}${where}${meaning ? `: ${meaning}` : ''}.`;
}

/**
 * What a connection's own answers mean: to the login, to a setting, to a question of the pool. They came before any record
 * did, so that none is at fault, whatever they say (promise P4): a time zone that the server does not know is a 22023.
 */
export function toConnectionError(error: unknown): StoreError {
  const known = toStoreError(error);
  const fault = BEFORE_RECORDS[known.fault] ?? known.fault;
  return new StoreError(fault, known.message, known.code, known.constraint);
}

const BEFORE_RECORDS: Readonly<Partial<Record<StoreFault, StoreFault>>> = {
  record: 'deployment',
  timeout: 'transient',
};

const NO_COLUMNS: ReadonlySet<string> = new Set();

type Fields = Partial<Pick<pg.DatabaseError, 'column' | 'constraint' | 'table'>>;

/** Without a constraint, no partition of a table takes the row; without a table either, a trigger says so of its own rules. */
function isWithoutPartition(sqlstate: string, { table, constraint }: Fields): boolean {
  return sqlstate === CHECK_VIOLATION && constraint === undefined && table !== undefined;
}

/**
 * @param sqlstate five characters
 * @param named the column and the constraint that PostgreSQL names, if any
 * @param written columns that the statement writes
 */
export function faultOfSqlState(
  sqlstate: string,
  { column, constraint, table }: Fields,
  written: ReadonlySet<string>,
): StoreFault {
  // A record cannot be at fault for a column that it has no say in (promise P4).
  if (sqlstate === NOT_NULL_VIOLATION && !(column !== undefined && written.has(column)))
    return 'deployment';
  if (isWithoutPartition(sqlstate, { table, constraint })) return 'deployment';
  if (sqlstate === SEQUENCE_EXHAUSTED) return 'deployment';
  if (TIMEOUT_CODES.has(sqlstate)) return 'timeout';
  if (isOfData(sqlstate)) return 'record';
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
