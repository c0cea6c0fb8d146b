import { expect, test } from 'vitest';
import type { RecordRow } from '../../src/record/row.ts';
import type { Table } from '../../src/record/table.ts';
import { createStoreOf, rowsOf } from '../support/any-store.ts';
import { SINK } from '../support/notifications.ts';
import { row } from '../support/rows.ts';
import { diagnose, finding } from './support/diagnose.ts';
import { createSetup } from './support/setup.ts';

const at = (name: string) => SINK.table.columns.findIndex((column) => column.name === name);

const table = (more: Partial<NonNullable<Table['states']>> = {}): Table => ({
  ...SINK.table,
  states: {
    ...{ version: [at('created_at')], update: [at('title'), at('created_at')] },
    tombstones: 'ignore',
    ...more,
  },
});
const SOFT = { tombstones: 'soft-delete', deletedAt: 'deleted_at' } as const;

test('what newer states need: UPDATE, DELETE, a version that is NOT NULL, a column for soft deletes', async () => {
  const { database, env, user } = await createSetup();
  const ask = async (states = {}) =>
    (await diagnose(env, { tables: [table(states)] })).of('table states');
  const grant = `GRANT UPDATE ("title", "created_at") ON "notifications" TO "${user}";`;
  expect(await ask()).toMatchObject([
    { status: 'failed', detail: expect.stringMatching(/^the user may not UPDATE/), remedy: grant },
  ]);
  await database.query(grant);
  expect(await ask()).toMatchObject([{ status: 'passed' }]);

  const [denied, warning] = await ask({ tombstones: 'delete' });
  expect(denied?.remedy).toBe(`GRANT DELETE ON "notifications" TO "${user}";`);
  expect(warning).toMatchObject(finding('warned', /keeps no version/, /softDelete/));

  const [missing] = await ask(SOFT);
  expect(missing).toMatchObject(finding('failed', /^deleted_at, .* is missing$/, /^ALTER TABLE/));
  await database.query(
    `${missing?.remedy} GRANT UPDATE (deleted_at) ON notifications TO "${user}"`,
  );
  const [insert] = await ask(SOFT);
  expect(insert?.remedy).toBe(
    `GRANT INSERT ("deleted_at"), SELECT ("deleted_at") ON "notifications" TO "${user}";`,
  );
  await database.query(insert?.remedy ?? '');
  expect(await ask(SOFT)).toMatchObject([{ status: 'passed' }]);
  await database.query('ALTER TABLE notifications ALTER deleted_at TYPE text');
  expect(await ask(SOFT)).toMatchObject([
    finding('failed', /is text; it must be timestamptz/, /TYPE/),
  ]);

  await database.query('ALTER TABLE notifications ALTER created_at DROP NOT NULL');
  expect(await ask()).toMatchObject([
    finding('failed', /^created_at of the version can be NULL/, /SET NOT NULL/),
  ]);
});

test.each([
  ['overwrites', { tombstones: 'ignore' }, ['"title", "created_at"'], false],
  ['removes rows', { tombstones: 'delete' }, ['"title", "created_at"'], true],
  ['marks rows', SOFT, ['"title", "created_at"', '"deleted_at"'], true],
] as const)(
  'where it %s, a user who may do what doctor asks for can do it',
  async (_, states, seen, isTombstone) => {
    const { database, env, user, url } = await createSetup();
    await database.query(`ALTER TABLE notifications ADD COLUMN deleted_at timestamptz;
    REVOKE SELECT ON notifications FROM "${user}";
    GRANT SELECT (id), UPDATE (title, created_at), INSERT (deleted_at), UPDATE (deleted_at), DELETE ON notifications TO "${user}"`);
    const check = async () => {
      const { of } = await diagnose(env, { tables: [table(states)] });
      return [...of('table privileges'), ...of('table states')].filter(
        ({ status }) => status === 'failed',
      );
    };
    const missing = (await check()).map(({ remedy }) => remedy);
    expect(missing).toEqual(
      seen.map((names) => `GRANT SELECT (${names}) ON "notifications" TO "${user}";`),
    );
    const store = createStoreOf({ url: url({}) });
    /** A new state of one key; the second is a tombstone where these do something. */
    const write = (at: number) => {
      const created_at = `2026-11-27T10:00:0${at}Z`;
      const [state] = rowsOf(table(states), [row(7, { created_at, title: `title ${at}` })], at);
      return store([
        { ...(state as RecordRow), ...(isTombstone && at > 0 ? { isTombstone } : {}) },
      ]);
    };
    for (const at of [0, 1]) expect((await write(at)).stored).toEqual([]);
    await database.query(missing.join(' '));
    expect(await check()).toEqual([]);
    for (const at of [0, 1])
      expect(await write(at)).toMatchObject({ stored: { length: 1 }, failed: [] });
  },
);

test('what a user may want as it is: triggers, foreign keys that block a delete, a version of milliseconds alone', async () => {
  const { database, env, user } = await createSetup();
  await database.query(`GRANT UPDATE, DELETE ON notifications TO "${user}";
    CREATE TABLE clicks (of uuid REFERENCES notifications); CREATE TABLE views (of uuid REFERENCES notifications ON DELETE CASCADE);
    CREATE FUNCTION same() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE TRIGGER audit_delete BEFORE DELETE ON notifications FOR EACH ROW EXECUTE FUNCTION same();
    CREATE TRIGGER inserts BEFORE INSERT ON notifications FOR EACH ROW EXECUTE FUNCTION same();
    CREATE TRIGGER off BEFORE UPDATE ON notifications FOR EACH ROW EXECUTE FUNCTION same();
    ALTER TABLE notifications DISABLE TRIGGER off;
    CREATE TRIGGER touch BEFORE UPDATE ON notifications FOR EACH ROW EXECUTE FUNCTION same()`);
  const ask = async (one: Table) => (await diagnose(env, { tables: [one] })).of('table states');
  const update = finding(
    'warned',
    /^triggers fire where the sink overwrites a row: touch$/,
    /version/,
  );
  expect(await ask(table())).toMatchObject([update]);
  expect(await ask(table({ tombstones: 'delete' }))).toMatchObject([
    update,
    finding('warned', /removes a row: audit_delete$/, /version/),
    finding('warned', /keeps no version/, /softDelete/),
    finding('warned', /^foreign keys of clicks refer to the table/, /ON DELETE CASCADE/),
  ]);
  await database.query('DROP TRIGGER touch ON notifications');
  const byTime: Table = {
    ...table(),
    columns: SINK.table.columns.map((column) =>
      column.name === 'created_at' ? { ...column, coordinate: 'timestamp' } : column,
    ),
  };
  expect(await ask(byTime)).toMatchObject([
    finding('warned', /^the version is created_at alone/, /'created_at', 'source_offset'/),
  ]);
});
