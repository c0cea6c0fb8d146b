/** An order as it is sent, in JSON text so that no digit depends on JavaScript, and what PostgreSQL must hold of it. */
export interface Order {
  /** The header; null for none. */
  readonly tenant: string | null;
  readonly key: string;
  readonly value: string;
  /** As PostgreSQL writes each column as text, but for the record's coordinates. */
  readonly row: Readonly<Record<string, string | null>>;
}

/** Texts of JSON, by field; undefined leaves the field out. */
type Fields = Readonly<Record<string, string | undefined>>;

const FIELDS = {
  customer: '{"email":"ada@example.com"}',
  total: '12.50',
  status: '"placed"',
  items: '[]',
  placedAt: '1761091200123',
};

const ROW = {
  customer_email: 'ada@example.com',
  total: '12.50',
  status: 'placed',
  items: '[]',
  note: null,
  placed_at: '2025-10-22T00:00:00.123000',
  extra: '{}',
};

/** @param id the digits of its number */
function order(
  id: string,
  fields: Fields = {},
  row: Order['row'] = {},
  tenant: string | null = 'acme',
): Order {
  const given = Object.entries<string | undefined>({ ...FIELDS, ...fields });
  const present = given.filter(([, text]) => text !== undefined);
  return {
    tenant,
    key: `{"orderId":${id}}`,
    value: `{${present.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`,
    row: { tenant_id: tenant, order_id: id, ...ROW, ...row },
  };
}

const NESTED =
  '{"a":[1,1.1,{"b":null}],"big":9007199254740993,"tiny":0.123456789012345678901234567891,"":"\\t"}';
const NESTED_STORED =
  '{"": "\\t", "a": [1, 1.1, {"b": null}], "big": 9007199254740993, "tiny": 0.123456789012345678901234567891}';

/** Fewer than 50, so that they come by INSERT. */
export const VALID: readonly Order[] = [
  order('9007199254740992'),
  order('9007199254740993'),
  order('9223372036854775807'),
  order('1'),
  order('1', {}, {}, 'globex'),
  order('1', {}, {}, 'ACME'),
  order('1', {}, {}, ''),
  order('2', { total: '"0.10"' }, { total: '0.10' }),
  order('3', { total: '0.1' }, { total: '0.10' }),
  order('4', { total: '9999999999.99' }, { total: '9999999999.99' }),
  order('5', { total: '"-9999999999.99"' }, { total: '-9999999999.99' }),
  order('6', { total: '1e2' }, { total: '100.00' }),
  order(
    '7',
    { items: '[{"price":0.123456789012345678901234567891}]' },
    { items: '[{"price": 0.123456789012345678901234567891}]' },
  ),
  order(
    '8',
    { items: '{"sku":"a","n":9007199254740993}' },
    { items: '{"n": 9007199254740993, "sku": "a"}' },
  ),
  order('9', { items: '["a","a"]' }, { items: '["a", "a"]' }),
  order('10', { items: '"[1,2]"' }, { items: '"[1,2]"' }),
  order('11', { items: '"null"' }, { items: '"null"' }),
  order('12', { items: 'null' }, { items: 'null' }),
  order('13', { items: '"\\\\N\\t\\\\."' }, { items: '"\\\\N\\t\\\\."' }),
  order('14', { note: 'null' }, { note: null }),
  order('15', { note: undefined }, { note: null }),
  order('16', { note: '"null"' }, { note: 'null' }),
  order('17', { note: '"\\\\N"' }, { note: '\\N' }),
  order('18', { note: '""' }, { note: '' }),
  order('19', { note: '"\\\\."' }, { note: '\\.' }),
  order('20', { note: '"a\\tb\\nc\\r\\u0001"' }, { note: 'a\tb\nc\r\u0001' }),
  order('21', { note: '"📦 café 👩‍👩‍👧"' }, { note: '📦 café 👩‍👩‍👧' }),
  order('22', { note: '"  spaces  "' }, { note: '  spaces  ' }),
  order(
    '23',
    { customer: '{"email":"\\"o\'neil\\\\\\\\\\"@example.com"}' },
    { customer_email: '"o\'neil\\\\"@example.com' },
  ),
  order(
    '24',
    { customer: '{"email":"ada@example.com","name":"Ada","tags":[]}' },
    { extra: '{"customer": {"name": "Ada", "tags": []}}' },
  ),
  order('25', { unknown: NESTED }, { extra: `{"unknown": ${NESTED_STORED}}` }),
  order(
    '26',
    { orderId: '1', tenant_id: '"x"', constructor: '"y"' },
    { extra: '{"orderId": 1, "tenant_id": "x", "constructor": "y"}' },
  ),
  order('27', { ['__proto__']: '{"a":1}' }, { extra: '{"__proto__": {"a": 1}}' }),
  order('28', { placedAt: '-1' }, { placed_at: '1969-12-31T23:59:59.999000' }),
];

/** Together with the valid ones 50 and more, so that they come by COPY. */
export const MORE: readonly Order[] = [
  ...VALID,
  ...Array.from({ length: 60 }, (_, index) => order(`${1000 + index}`)),
];

/** Each with the message of its dead letter. */
export const INVALID: readonly (readonly [Order, RegExp])[] = [
  [order('101', { total: '0.30000000000000004' }), /^total: more than 2 decimals/],
  [order('102', {}, {}, null), /^header\(tenant\): missing$/],
  [order('103', { status: '"lost"' }), /^refused by PostgreSQL: SQLSTATE 22P02, column status$/],
  [order('104', { note: '"a\\u0000b"' }), /^note: holds a lone surrogate or U\+0000/],
  [order('105', { total: '10000000000.00' }), /^total: more than 10 digits before the point$/],
  [order('106', { total: undefined }), /^total: missing$/],
  [order('107', { customer: '"ada"' }), /^customer: not an object$/],
  [order('108', { placedAt: '"2025-10-22T00:00:00Z"' }), /^placedAt: /],
  [order('109', { items: '"\\u0000"' }), /^items: holds a lone surrogate or U\+0000/],
  [order('110', { unknown: '"\\u0000"' }), /^unknown: holds a lone surrogate or U\+0000/],
  [order('111', { unknown: '{"deep":[1,"\\u0000"]}' }), /^unknown\.deep\.1: holds a lone/],
  [order('112', { items: '[{"sku":"\\ud800"}]' }), /^items\.0\.sku: holds a lone surrogate/],
  [order('9223372036854775808'), /^key\(orderId\): /],
];
