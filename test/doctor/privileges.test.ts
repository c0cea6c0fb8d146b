import { expect, test } from 'vitest';
import { columnNames } from '../../src/postgres/identifiers.ts';
import { SINK } from '../support/notifications.ts';
import { diagnose } from './support/diagnose.ts';
import { createSetup } from './support/setup.ts';

const NAMES = columnNames(SINK.table).map((name) => `"${name}"`);
const OTHERS = NAMES.filter((name) => name !== '"id"');
const [ALL, REST] = [NAMES.join(', '), OTHERS.join(', ')];
const COMPARED = /^the user may not SELECT user_id, .*source_offset, which tells another record/;

test.each([
  ['INSERT on all columns', `INSERT (${ALL})`, 'failed', /^the user may not INSERT id, user_id,/],
  ['INSERT on one column', 'INSERT ("title")', 'failed', /^the user may not INSERT title$/],
  [
    'SELECT on the key',
    'SELECT ("id")',
    'failed',
    /^the user may not SELECT id of the key, which ON CONFLICT reads$/,
  ],
  ['SELECT on the columns that are compared', `SELECT (${REST})`, 'warned', COMPARED],
  [
    'anything',
    `INSERT (${ALL}), SELECT (${ALL})`,
    'failed',
    /^the user may not INSERT id, user_id,/,
  ],
])('a user without %s, with the GRANT that is missing', async (_, privileges, status, detail) => {
  const { database, env, user } = await createSetup();
  await database.query(`REVOKE ${privileges} ON notifications FROM ${user}`);
  const diagnosis = await diagnose(env);
  const [check] = diagnosis.of('table privileges');
  expect(check).toMatchObject({ status, detail: expect.stringMatching(detail) });
  expect(check?.remedy?.split('\n')[0]).toBe(
    `GRANT ${privileges} ON "notifications" TO "${user}";`,
  );
  expect(diagnosis.named('failed')).toEqual(status === 'failed' ? ['table privileges'] : []);
  expect(diagnosis.of('table insert')).toMatchObject([
    status === 'failed'
      ? { status: 'skipped', detail: 'needs: table privileges' }
      : { status: 'passed' },
  ]);
});

test('a conflict that cannot be told from a repeat fails where it is to be dead-lettered', async () => {
  const { database, env, user } = await createSetup();
  await database.query(`REVOKE SELECT (title) ON notifications FROM ${user}`);
  const { of } = await diagnose(env, {
    tables: [{ ...SINK.table, onConflict: 'dead-letter' }],
  });
  expect(of('table privileges')).toEqual([
    {
      name: 'table privileges',
      status: 'failed',
      detail:
        'the user may not SELECT title, which tells another record with the same key from a repeat: each repeat would fail',
      remedy: `GRANT SELECT ("title") ON "notifications" TO "${user}";`,
    },
  ]);
});

test('a sequence that fills a column, unless the column is an identity', async () => {
  const { database, env, user } = await createSetup();
  await database.query(
    'ALTER TABLE notifications ADD n bigserial, ADD m bigint GENERATED ALWAYS AS IDENTITY',
  );
  const { of } = await diagnose(env);
  expect(of('table privileges')).toEqual([
    {
      name: 'table privileges',
      status: 'failed',
      detail:
        'the user may not use public.notifications_n_seq, from which columns get their defaults',
      remedy: `GRANT USAGE ON SEQUENCE public.notifications_n_seq TO "${user}";`,
    },
  ]);
});
