import { expect, test } from 'vitest';
import type { Table } from '../../src/record/table.ts';
import { SINK } from '../support/notifications.ts';
import { diagnose } from './support/diagnose.ts';
import { createSetup } from './support/setup.ts';

const COLUMNS = SINK.table.columns;
const own = (changes: Partial<Table>): Table => ({ ...SINK.table, ...changes });
const changed = (name: string, changes: Partial<Table['columns'][number]>) =>
  own({ columns: COLUMNS.map((one) => (one.name === name ? { ...one, ...changes } : one)) });
const type = (column: string, name: string, using = `${column}::text::${name}`) =>
  `ALTER TABLE notifications ALTER ${column} TYPE ${name} USING ${using}`;
const unkeyed = 'ALTER TABLE notifications DROP CONSTRAINT notifications_pkey';

/** The check; what is wrong, with `$user` for the user of the sink; and the definition's table. */
type Trouble = readonly [check: string, trouble: string, table?: Table];
const TROUBLES: readonly Trouble[] = [
  ['database login', 'REVOKE CONNECT ON DATABASE $database FROM PUBLIC'],
  [
    'table',
    'CREATE SCHEMA "My App"; ALTER TABLE notifications SET SCHEMA "My App"',
    own({ name: ['My App', 'notifications'] }),
  ],
  [
    'table',
    "CREATE SCHEMA types; CREATE TYPE types.kind AS ENUM ('a'); ALTER TABLE notifications ALTER event_type TYPE types.kind USING 'a'",
    changed('event_type', { type: 'types.kind' }),
  ],
  ['table columns', 'ALTER TABLE notifications DROP title'],
  [
    'table columns',
    'ALTER TABLE notifications DROP title',
    changed('title', { type: 'numeric[]', limit: '12,2' }),
  ],
  ['table columns', type('user_id', 'int', '0')],
  ['table columns', type('source_offset', 'int')],
  ['table columns', type('source_offset', 'double precision')],
  ['table columns', type('title', 'varchar(100)')],
  ['table columns', type('title', 'char(100)')],
  ['table columns', type('title', 'jsonb', "'1'")],
  ['table columns', type('created_at', 'timestamp')],
  ['table columns', type('created_at', 'timestamptz(3)')],
  ['table columns', `CREATE DOMAIN brief AS varchar(3); ${type('title', 'brief')}`],
  [
    'table columns',
    type('title', 'numeric(12,2)', '0'),
    changed('title', { type: 'numeric', limit: '14,3' }),
  ],
  ['table columns', 'ALTER TABLE notifications ADD tenant text NOT NULL'],
  [
    'table columns',
    'ALTER TABLE notifications ALTER title SET NOT NULL',
    changed('title', { nullable: true }),
  ],
  [
    'table columns',
    `CREATE DOMAIN filled AS text NOT NULL; ${type('title', 'filled')}; ALTER TABLE notifications ALTER title DROP NOT NULL`,
    changed('title', { nullable: true }),
  ],
  [
    'table columns',
    "ALTER TABLE notifications DROP title, ADD title text GENERATED ALWAYS AS (body || '!') STORED",
  ],
  [
    'table columns',
    "ALTER TABLE notifications DROP title, ADD title text GENERATED ALWAYS AS (body || '!') VIRTUAL",
  ],
  [
    'table columns',
    'ALTER TABLE notifications DROP source_offset, ADD source_offset bigint GENERATED ALWAYS AS IDENTITY',
  ],
  ['table key', unkeyed],
  ['table key', `${unkeyed}, ADD PRIMARY KEY (id, source_topic)`],
  ['table key', `${unkeyed}, ALTER id DROP NOT NULL, ADD UNIQUE (id)`],
  [
    'table key',
    `${unkeyed}, ALTER id DROP NOT NULL, ADD PRIMARY KEY (source_topic)`,
    own({ key: [0, 1] }),
  ],
  ['table key', `${unkeyed}, ADD UNIQUE (id) DEFERRABLE`],
  ['table privileges', 'REVOKE INSERT (title) ON notifications FROM $user'],
  ['table privileges', 'REVOKE SELECT (id) ON notifications FROM $user'],
  ['table privileges', 'REVOKE SELECT (body) ON notifications FROM $user'],
  [
    'table privileges',
    'REVOKE INSERT (title), SELECT (body) ON notifications FROM $user',
    own({ onConflict: 'dead-letter' }),
  ],
  ['table privileges', 'ALTER TABLE notifications ADD n serial'],
  ['table', 'CREATE RULE nothing AS ON INSERT TO notifications DO INSTEAD NOTHING'],
  [
    'table',
    `CREATE TABLE log (id uuid); CREATE RULE "Log it" AS ON INSERT TO notifications DO ALSO INSERT INTO log VALUES (NEW.id);
     CREATE RULE keep AS ON UPDATE TO notifications DO INSTEAD NOTHING`,
  ],
  ['table insert', 'ALTER TABLE notifications ENABLE ROW LEVEL SECURITY'],
  [
    'table insert',
    `ALTER TABLE notifications ENABLE ROW LEVEL SECURITY;
     CREATE POLICY blind ON notifications FOR INSERT TO $user WITH CHECK (true)`,
  ],
];

test.each(TROUBLES.map(([check, trouble, table = SINK.table]) => [check, trouble, table] as const))(
  '%s: the SQL of the remedy runs as it is printed: %s',
  async (name, trouble, table) => {
    const { database, env, user } = await createSetup();
    const own = new URL(database.url).pathname.slice(1);
    await database.query(trouble.replaceAll('$user', user).replaceAll('$database', own));
    const found = (await diagnose(env, { tables: [table] })).of(name);
    expect(found.map(({ status }) => status)).not.toContain('passed');
    for (const { remedy } of found) {
      const [sql = ''] = remedy?.split('\n') ?? [];
      expect(sql).toMatch(/^(GRANT|ALTER|CREATE POLICY|DROP RULE) .*;$/);
      await database.query(sql);
    }
    const after = await diagnose(env, { tables: [table] });
    expect(after.of(name)).toMatchObject([{ status: 'passed' }]);
  },
);
