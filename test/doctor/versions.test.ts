import { expect, test } from 'vitest';
import { onEachVersion } from '../support/versions.ts';
import { diagnose } from './support/diagnose.ts';
import { createSetup } from './support/setup.ts';

onEachVersion(() => {
  test('the checks of a table know the catalog', async () => {
    const { database, env, user } = await createSetup();
    expect((await diagnose(env)).named('failed')).toEqual([]);
    await database.query(
      `ALTER TABLE notifications DROP CONSTRAINT notifications_pkey, DROP title, ADD n serial, ADD title text;
       GRANT INSERT (title), SELECT (title) ON notifications TO ${user}`,
    );
    const { checks, named } = await diagnose(env);
    expect(named('failed')).toEqual(['table key', 'table privileges']);
    for (const { status, remedy } of checks)
      if (status === 'failed') await database.query(remedy ?? '');
    expect((await diagnose(env)).named('failed')).toEqual([]);
  });
});
