import { randomBytes } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { columnNames } from '../../../src/postgres/identifiers.ts';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { createQueue, type TestQueue } from '../../support/queue.ts';
import { NOTIFICATIONS } from '../../support/rows.ts';
import { SECRET_WORD } from './diagnose.ts';

export interface Setup {
  readonly database: TestDatabase;
  readonly queue: TestQueue;
  /** A user of the sink with exactly the privileges that docs/deploy.md recommends. */
  readonly user: string;
  /** Settings that lead that user to the database and the queue. */
  readonly env: Readonly<Record<string, string>>;
  /** The same database for this user or password, or on another host or port. */
  url(
    parts: Partial<Pick<URL, 'username' | 'password' | 'hostname' | 'port' | 'pathname'>>,
  ): string;
}

/** A set-up in which all is well, for a test to break. */
export async function createSetup(): Promise<Setup> {
  const [database, queue] = await Promise.all([createDatabase(), createQueue()]);
  const user = `sink_${randomBytes(6).toString('hex')}`;
  await database.query(`CREATE ROLE ${user} LOGIN PASSWORD '${SECRET_WORD}'`);
  const columns = columnNames(NOTIFICATIONS).join(', ');
  await database.query(
    `GRANT INSERT (${columns}), SELECT (${columns}) ON notifications TO ${user}`,
  );
  onTestFinished(async () => {
    await database.query(`DROP OWNED BY ${user}`);
    await database.query(`DROP ROLE ${user}`);
  });
  const url: Setup['url'] = (parts) => {
    const changed = new URL(database.url);
    Object.assign(changed, { username: user, password: SECRET_WORD, ...parts });
    return changed.href;
  };
  return {
    database,
    queue,
    user,
    env: { DATABASE_URL: url({}), DEAD_LETTER_QUEUE_URL: queue.url },
    url,
  };
}
