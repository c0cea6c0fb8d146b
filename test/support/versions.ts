import { afterAll, beforeAll, describe } from 'vitest';
import { type LocalPostgres, startPostgres } from '../../local/postgres.ts';
import { findBinaries, MissingPostgresError, type Version } from '../../local/postgres-binaries.ts';
import { useServer } from './database.ts';
import { createTemplate } from './setup-database.ts';

/** The shared server, and the oldest version that is supported; or those that `npm run test:environments` asks for. */
const VERSIONS = (process.env.POSTGRES_VERSIONS ?? '18,13').split(',').map(Number) as Version[];

const has = new Map<Version, boolean>();
for (const version of VERSIONS) has.set(version, await isThere(version));

async function isThere(version: Version): Promise<boolean> {
  try {
    await findBinaries(version);
    return true;
  } catch (error) {
    if (!(error instanceof MissingPostgresError) || process.env.CI === 'true') throw error;
    console.warn(`${error.message} The tests on PostgreSQL ${version} are skipped.`);
    return false;
  }
}

/** Declares tests for each version: the server that all files share has 18, each other one is started. */
export function onEachVersion(declare: (version: Version) => void): void {
  for (const version of VERSIONS)
    describe.skipIf(!has.get(version))(`PostgreSQL ${version}`, () => {
      if (version !== 18) onServer(version);
      declare(version);
    });
}

function onServer(version: Version): void {
  let server: LocalPostgres;
  beforeAll(async () => {
    server = await startPostgres({ version, settings: { fsync: 'off' } });
    await createTemplate(server.url);
    useServer(server.url);
  });
  afterAll(async () => {
    useServer(null);
    await server.stop();
  });
}
