import { afterAll, beforeAll, describe } from 'vitest';
import { type LocalPostgres, startPostgres } from '../../local/postgres.ts';
import { findBinaries, MissingPostgresError, type Version } from '../../local/postgres-binaries.ts';
import { useServer } from './database.ts';
import { createTemplate } from './setup-database.ts';

const has13: boolean = await findBinaries(13).then(
  () => true,
  (error: unknown) => {
    if (!(error instanceof MissingPostgresError) || process.env.CI === 'true') throw error;
    console.warn(`${error.message} The tests on PostgreSQL 13 are skipped.`);
    return false;
  },
);

/** Declares tests for the PostgreSQL that all files share, and again for one of the oldest version that is supported. */
export function onEachVersion(declare: (version: Version) => void): void {
  describe('PostgreSQL 18', () => declare(18));
  describe.skipIf(!has13)('PostgreSQL 13', () => {
    let server: LocalPostgres;
    beforeAll(async () => {
      server = await startPostgres({ version: 13, settings: { fsync: 'off' } });
      await createTemplate(server.url);
      useServer(server.url);
    });
    afterAll(async () => {
      useServer(null);
      await server.stop();
    });
    declare(13);
  });
}
