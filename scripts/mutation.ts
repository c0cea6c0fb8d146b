import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { startServers } from '../test/support/setup-database.ts';

/**
 * Runs the mutation check beside servers of its own. Stryker kills a test process whose mutant never ends, with all its
 * children: servers that the tests started would die with it.
 */
await using cleanup = new AsyncDisposableStack();
const { postgresUrl, sqsEndpoint } = await startServers(cleanup);
const stryker = spawn('stryker', ['run', ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: {
    ...process.env,
    TEST_POSTGRES_URL: postgresUrl,
    TEST_SQS_ENDPOINT: sqsEndpoint,
  },
});
const [code] = await once(stryker, 'exit');
process.exitCode = code ?? 1;
