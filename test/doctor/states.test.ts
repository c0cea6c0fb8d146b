import { expect, test } from 'vitest';
import type { Table } from '../../src/record/table.ts';
import { SINK } from '../support/notifications.ts';
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
  expect(insert?.remedy).toBe(`GRANT INSERT ("deleted_at") ON "notifications" TO "${user}";`);
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

test('of a table of states, only the key and the version must be seen', async () => {
  const { database, env, user } = await createSetup();
  await database.query(`REVOKE SELECT ON notifications FROM "${user}";
    GRANT SELECT (id) ON notifications TO "${user}"; GRANT UPDATE (title, created_at) ON notifications TO "${user}"`);
  const privileges = async () =>
    (await diagnose(env, { tables: [table()] })).of('table privileges');
  const [missing] = await privileges();
  expect(missing).toMatchObject(finding('failed', /may not SELECT created_at, by which/, /^GRANT/));
  await database.query(`GRANT SELECT (created_at) ON notifications TO "${user}"`);
  expect(await privileges()).toMatchObject([{ status: 'passed' }]);
});
