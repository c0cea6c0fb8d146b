import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKeeper } from '../../../local/keep.ts';
import { freePort } from '../../../local/ports.ts';
import { untilReady } from '../../../local/ready.ts';
import { TOOLS } from '../../support/tools.ts';

/**
 * Starts moto, which plays services of AWS. Unlike the emulators of the other tests it is no work of ours, nor of those who made
 * the SDK.
 */
export async function startMoto(): Promise<{ readonly endpoint: string; stop(): Promise<void> }> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const keeper = startKeeper(join(tmpdir(), 'kafka-pg-sink-moto-'));
  try {
    const log = join(keeper.folder, 'log');
    const server = await keeper.run({
      command: TOOLS.python,
      args: ['-c', 'from moto.server import main; main()', '-H', '127.0.0.1', '-p', String(port)],
      cwd: keeper.folder,
      env: { PATH: process.env.PATH },
      log,
      stopSignal: 'SIGTERM',
    });
    const probe = async () => void (await fetch(`${endpoint}/moto-api/data.json`));
    await untilReady({ what: 'moto', server, log, probe, timeoutMs: 30_000 });
    return { endpoint, stop: keeper.stop };
  } catch (error) {
    await keeper.stop();
    throw error;
  }
}
