import type { Message } from './ways.ts';

/** A message and what must become of it: the row that PostgreSQL must hold, a dead letter, or nothing. */
export interface Sale extends Message {
  /** As PostgreSQL writes each column as text. */
  readonly row?: Readonly<Record<string, string | null>>;
  /** The reason and the message of its dead letter. */
  readonly deadLetter?: readonly [reason: string, message: RegExp];
}

type Outcome = Pick<Sale, 'row' | 'deadLetter'>;

const TENANT = '7c9e6679-7425-40de-944b-e07fc1f90ae7';
const OTHER_TENANT = '0f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f0';
const uuid = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

/** @param fields JSON without the braces */
const customer = (id: number, fields: string, outcome: Outcome, tenant = TENANT): Sale => ({
  topic: 'customers',
  key: uuid(id),
  value: `{"tenantId":"${tenant}","customerId":"${uuid(id)}","createdAt":"2025-10-22T02:00:00.123456+02:00"${fields}}`,
  headers: {},
  ...outcome,
  ...(outcome.row && {
    row: {
      ...{ tenant_id: tenant, customer_id: uuid(id), birth_date: null, tags: '{}' },
      ...{ newsletter: 'false', created_at: '2025-10-22 00:00:00.123456+00', ...outcome.row },
    },
  }),
});

const ADA = ',"fullName":"Ada","email":"ada@example.com"';
const ADA_ROW = { full_name: 'Ada', email: 'ada@example.com' };

const CUSTOMERS: readonly Sale[] = [
  customer(1, ADA, { row: ADA_ROW }),
  customer(1, ADA, { row: ADA_ROW }, OTHER_TENANT),
  customer(
    2,
    ',"fullName":"Zoë 👩‍👩‍👧 \\\\N","email":"null","birthDate":"1815-12-10","tags":["a,b","\\"",null],"newsletter":true,"extra":1',
    {
      row: {
        ...{ full_name: 'Zoë 👩‍👩‍👧 \\N', email: 'null', birth_date: '1815-12-10' },
        ...{ tags: '{"a,b","\\"",NULL}', newsletter: 'true' },
      },
    },
  ),
  customer(3, ',"fullName":"","email":"c"', {
    deadLetter: ['invalid_value', /^fullName: not 1 to 200 characters long$/],
  }),
  customer(4, ',"full_name":"Ada","email":"d"', {
    deadLetter: ['invalid_value', /^fullName: missing; there is full_name$/],
  }),
  customer(5, `${ADA},"birthDate":"1815-02-29"`, {
    deadLetter: ['invalid_value', /^birthDate: not a date/],
  }),
  // Other content, but the key is there: the definition passes it over.
  customer(1, ',"fullName":"Eve","email":"eve@example.com"', {}),
];

/** @param fields JSON, in place of the usual ones */
const payment = (id: string, fields: string, outcome: Outcome, provider = 'bank'): Sale => ({
  topic: 'payments',
  key: 'p',
  value: `{"id":${id},${fields}}`,
  headers: { provider },
  ...outcome,
  ...(outcome.row && {
    row: { provider, payment_id: id, paid_at: '2025-10-22 00:00:00+00', ...outcome.row },
  }),
});

const PAID = '"method":"card","paidAt":1761091200';
const TEN = { amount: '10.00', method: 'card' };

const PAYMENTS: readonly Sale[] = [
  payment('1', `"amount":"10",${PAID}`, { row: TEN }),
  payment('1', `"amount":10,${PAID}`, { row: TEN }, 'card company'),
  payment('9007199254740993', `"amount":9999999999.99,${PAID}`, {
    row: { amount: '9999999999.99', method: 'card' },
  }),
  payment('2', '"amount":0.1,"method":"cash","paidAt":"-0.5"', {
    row: { amount: '0.10', method: 'cash', paid_at: '1969-12-31 23:59:59.5+00' },
  }),
  // The producer has sent it twice: the same content.
  payment('1', `"amount":10.0,${PAID}`, {}),
  payment('1', `"amount":11,${PAID}`, { deadLetter: ['key_conflict', /key/] }),
  payment('3', `"amount":0.001,${PAID}`, {
    deadLetter: ['invalid_value', /^amount: more than 2 decimals/],
  }),
  payment('4', `"amount":0,${PAID}`, {
    deadLetter: ['rejected_by_postgres', /SQLSTATE 23514, constraint payments_amount_check/],
  }),
  payment('5', '"amount":1,"method":"gold","paidAt":1', {
    deadLetter: ['invalid_value', /^method: not one of "card", "transfer", "cash"$/],
  }),
  payment(
    '6',
    `"amount":1,${PAID}`,
    { deadLetter: ['invalid_value', /^header\(provider\): /] },
    '',
  ),
];

const view = (value: string, outcome: Outcome): Sale => ({
  topic: 'page-views',
  key: 'visitor',
  value,
  headers: {},
  ...outcome,
  ...(outcome.row && {
    row: {
      ...{ path: '/', client_ip: null, seconds: null, viewed_at: '2025-10-22 00:00:00+00' },
      ...{ details: '{}', ...outcome.row },
    },
  }),
});

const VIEWS: readonly Sale[] = [
  view('{"page":{"path":"/"}}', { row: {} }),
  // The same again, but another view.
  view('{"page":{"path":"/"}}', { row: {} }),
  view(
    '{"page":{"path":"/a","title":"A"},"client":{"ip":"2001:db8::1/64","bot":false},"seconds":1.5,"at":1,"n":9007199254740993}',
    {
      row: {
        ...{ path: '/a', client_ip: '2001:db8::1/64', seconds: '1.5' },
        viewed_at: '1970-01-01 00:00:00.001+00',
        details: '{"n": 9007199254740993, "page": {"title": "A"}, "client": {"bot": false}}',
      },
    },
  ),
  view('{"page":{"path":"/"},"client":{"bot":true}}', {}),
  // Nobody judges what a bot sends.
  view('{"client":{"bot":true}}', {}),
  view('{"page":{},"client":null}', { deadLetter: ['invalid_value', /^page\.path: missing$/] }),
  view('{"page":"/"}', { deadLetter: ['invalid_value', /^page: not an object$/] }),
  view('[]', { deadLetter: ['invalid_value', /^value: not a JSON object$/] }),
  view('{"page":', { deadLetter: ['invalid_json', /^value: not JSON$/] }),
];

/** The messages of all topics, those of each in this order. */
export const SALES: readonly Sale[] = [...CUSTOMERS, ...PAYMENTS, ...VIEWS];
