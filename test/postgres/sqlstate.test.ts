import { inspect } from 'node:util';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import {
  faultOfSqlState,
  isOfOneRow,
  toConnectionError,
  toStoreError,
} from '../../src/postgres/connection/sqlstate.ts';
import { StoreError } from '../../src/record/errors.ts';

const WRITTEN: ReadonlySet<string> = new Set(['id', 'title', 'a"b', 'toString', '__proto__']);
const MARKER = 'MARKER-c0ffee';

/** An error as `pg` makes it of PostgreSQL's answer, with the row in every field that can hold it. */
function databaseError(
  code: string,
  fields: Partial<Pick<pg.DatabaseError, 'column' | 'constraint' | 'table'>> = {},
) {
  return Object.assign(new pg.DatabaseError(`value ${MARKER} is bad`, 100, 'error'), {
    severity: 'ERROR',
    code,
    detail: `Failing row contains (${MARKER}).`,
    hint: MARKER,
    where: `JSON data, line 1: ${MARKER}`,
    internalQuery: MARKER,
    routine: 'exec_simple_query',
    ...fields,
  });
}

const socketError = (code: string) =>
  Object.assign(new Error(`connect ${code} ${MARKER}:5432`), { code, address: MARKER });

describe('by SQLSTATE', () => {
  test.each([
    ['record', ['22000', '22001', '22003', '22007', '22008', '22009', '22021', '22P02', '22P05']],
    ['record', ['23000', '23001', '23503', '23505', '23P01']],
    ['transient', ['08000', '08001', '08003', '08004', '08006', '08P01']],
    ['transient', ['53000', '53100', '53200', '53300', '53400']],
    ['transient', ['57P01', '57P02', '57P03', '57P04', '57P05']],
    ['timeout', ['57014', '25P04']],
    ['transient', ['40001', '40P01', '55P03', '25006', '25P02', '25P03', '26000', '42P05']],
    ['credentials', ['28P01', '28000']],
    ['deployment', ['42P01', '42501', '42703', '42804', '42P10', '3D000', '3F000', '2200H']],
    ['deployment', ['0A000', '2D000', '40002', '40003', '54000', '55000']],
    ['deployment', ['58030', 'P0001', 'XX000', 'XX001', 'F0000', 'HV000', '99999', '00000']],
  ] as const)('%s is at fault for %j', (fault, codes) => {
    for (const code of codes) {
      expect([code, faultOfSqlState(code, {}, WRITTEN)]).toEqual([code, fault]);
      expect(toStoreError(databaseError(code))).toMatchObject({
        fault,
        code,
        retriable: fault === 'transient',
      });
    }
  });

  test.each([...WRITTEN])(
    'a null in %s, which the sink writes, is the fault of the record',
    (column) => {
      expect(toStoreError(databaseError('23502', { column }), WRITTEN).fault).toBe('record');
      expect(toStoreError(databaseError('23502', { column })).fault).toBe('deployment');
    },
  );

  test.each([undefined, 'tenant_id', 'inserted_at', 'constructor', 'Title', ''])(
    'a null in column %s, which the sink does not write, is a fault of the deployment',
    (column) => {
      const fields = column === undefined ? {} : { column };
      expect(toStoreError(databaseError('23502', fields), WRITTEN).fault).toBe('deployment');
    },
  );

  test('a row that no partition takes is no fault of the record, one that a CHECK refuses is', () => {
    expect(toStoreError(databaseError('23514', { table: 'orders' }))).toMatchObject({
      fault: 'deployment',
      message: 'PostgreSQL answered SQLSTATE 23514: no partition of the table takes the row.',
    });
    expect(toStoreError(databaseError('23514', { constraint: 'polite' })).fault).toBe('record');
    // A trigger: RAISE … USING ERRCODE = 'check_violation'.
    expect(toStoreError(databaseError('23514')).fault).toBe('record');
  });

  test.each([
    ['22023', 'deployment'],
    ['23514', 'deployment'],
    ['57014', 'transient'],
    ['57P03', 'transient'],
    ['28P01', 'credentials'],
  ])('%s as the answer to a login is a matter of the %s', (code, fault) => {
    const error = toConnectionError(databaseError(code, { constraint: 'any' }));
    expect(error).toMatchObject({ fault, code });
  });

  test('the constraint is passed on, for it tells which rule refused the row', () => {
    const error = toStoreError(databaseError('23514', { constraint: 'title_is_polite' }));
    expect(error).toMatchObject({ code: '23514', constraint: 'title_is_polite' });
    expect(error.message).toContain('23514');
    expect(error.message).toContain('title_is_polite');
    const without = toStoreError(databaseError('22P02'));
    expect(without.constraint).toBeNull();
    expect(without.message).toBe('PostgreSQL answered SQLSTATE 22P02.');
    expect(toStoreError(databaseError('42703')).message).toBe(
      'PostgreSQL answered SQLSTATE 42703: a column is not there.',
    );
  });

  test.each([
    ['title', 'the column title is not there'],
    // No name of the definition: somebody's trigger asked for it.
    [MARKER, 'a column is not there'],
  ])('the column that is not there is named when the statement writes it: %s', (name, what) => {
    const error = new pg.DatabaseError(`column "${name}" does not exist`, 100, 'error');
    expect(toStoreError(Object.assign(error, { code: '42703' }), WRITTEN).message).toBe(
      `PostgreSQL answered SQLSTATE 42703: ${what}.`,
    );
  });
});

describe('the doing of one row', () => {
  test.each([
    [
      true,
      ['P0001', 'P0004', '54000', '21000', '44000', '0A000', '20000', '2F005', 'UE001', '99001'],
    ],
    // PostGIS, of a geometry that it cannot read.
    [true, ['XX000', '39P01', '02000']],
    // Of the data itself: there the code says more.
    [false, ['22003', '2200H', '23502', '23514']],
    [false, ['08006', '25006', '25P02', '26000', '28000', '3D000', '3F000', '40001', '53100']],
    [
      false,
      ['42501', '42P01', '42703', '55000', '57014', '58030', 'XX001', 'XX002', 'F0000', 'HV00N'],
    ],
  ] as const)('it can be: %s, by %j', (expected, codes) => {
    for (const code of codes) {
      const error = toStoreError(databaseError(code));
      expect([code, isOfOneRow(error)]).toEqual([code, expected]);
    }
  });

  test.each([
    ['to a login', toConnectionError(databaseError('P0001'))],
    ['of a pooler', toStoreError(Object.assign(databaseError('XX000'), { routine: undefined }))],
    ['of TLS', toStoreError(socketError('CERT_HAS_EXPIRED'))],
  ])('it is no answer %s', (_, error) => {
    expect(error.fault).toBe('deployment');
    expect(isOfOneRow(error)).toBe(false);
  });

  test.each(['exec_stmt_raise', 'ExecWithCheckOptions'])(
    'it can be whatever %s raises, where the server itself means a missing privilege',
    (routine) => {
      const error = Object.assign(databaseError('42501'), { routine });
      expect(isOfOneRow(toStoreError(error))).toBe(true);
      error.routine = 'aclcheck_error';
      expect(isOfOneRow(toStoreError(error))).toBe(false);
    },
  );
});

describe('without a SQLSTATE', () => {
  test.each([
    'ECONNREFUSED',
    'ECONNRESET',
    'ENOTFOUND',
    'EAI_AGAIN',
    'ETIMEDOUT',
    'EPIPE',
    'EHOSTUNREACH',
    'ENETUNREACH',
  ])('%s is transient', (code) => {
    const error = toStoreError(socketError(code));
    expect(error).toMatchObject({ fault: 'transient', code, constraint: null, retriable: true });
    expect(error.message).toContain(code);
  });

  test.each([
    'Connection terminated unexpectedly',
    'Query read timeout',
    'timeout exceeded when trying to connect',
    'Client has encountered a connection error and is not queryable',
  ])('an error of pg without a code is transient: %s', (message) => {
    const expected = { fault: 'transient', code: null, constraint: null };
    expect(toStoreError(new Error(message))).toMatchObject({
      ...expected,
      message: 'The connection to PostgreSQL failed.',
    });
  });

  test.each([
    'CERT_HAS_EXPIRED',
    'CERT_NOT_YET_VALID',
    'CERT_UNTRUSTED',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'HOSTNAME_MISMATCH',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'ERR_SSL_WRONG_VERSION_NUMBER',
  ])('%s is a fault of the deployment: trying again does not fix a certificate', (code) => {
    const expected = { fault: 'deployment', code, retriable: false };
    expect(toStoreError(socketError(code))).toMatchObject(expected);
  });

  test.each([
    ['TypeError', TypeError],
    ['RangeError', RangeError],
    ['ReferenceError', ReferenceError],
  ])(
    'a mistake in the code is a fault of the deployment, never of the record: %s',
    (_, Mistake) => {
      expect(toStoreError(new Mistake(MARKER))).toMatchObject({ fault: 'deployment', code: null });
    },
  );

  test('a code that looks like a data exception but is not of PostgreSQL blames no record', () => {
    expect(toStoreError(Object.assign(new Error('x'), { code: '22P02' })).fault).toBe('transient');
    expect(toStoreError(Object.assign(new Error('x'), { code: 22 })).code).toBeNull();
    expect(toStoreError(socketError('NOT_A_CERT_AT_ALL')).fault).toBe('transient');
  });
});

test('an error that was decided already is passed on as it is', () => {
  const error = new StoreError('credentials', 'no secret', null, null);
  expect(toStoreError(error)).toBe(error);
});

test.each([
  ['PostgreSQL', databaseError('23514', { constraint: 'c', column: 'title' })],
  ['PostgreSQL, of the deployment', databaseError('42P01')],
  ['a socket', socketError('ECONNREFUSED')],
  ['TLS', socketError('CERT_HAS_EXPIRED')],
  ['the code', new TypeError(MARKER)],
  ['nowhere known', MARKER],
])('nothing of what an error from %s quotes is passed on', (_, thrown) => {
  const error = toStoreError(thrown);
  expect(error.cause).toBeUndefined();
  const everything = inspect(error, { depth: null, showHidden: true });
  expect(`${error.message} ${error.stack} ${JSON.stringify(error)} ${everything}`).not.toContain(
    MARKER,
  );
});
