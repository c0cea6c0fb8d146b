import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { lastLines, startKeeper } from '../keep.ts';
import { freePort } from '../ports.ts';
import { watchMemory } from '../processes.ts';
import { untilReady } from '../ready.ts';
import { renamedDefinition } from './renamed-definition.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Time in ms that the process may take until it answers. */
const START_TIMEOUT_MS = 30_000;

/** `kafka-pg-sink consume` at work, in a process of its own. */
export interface SinkProcess {
  readonly pid: number;
  /** Where it answers for its health, `http://host:port`. */
  readonly url: string;
  /** The file with what it prints. */
  readonly log: string;
  /** @throws Error with its last lines when it has ended */
  check(): void;
  /** The last lines that it printed, on one line. */
  lastLines(): string;
  /** The most memory that it has had so far, in MB. */
  peakMemory(): number;
}

/** The command as it ships, made for one run. */
export interface SinkCommand {
  /** The definition that ships with it. */
  readonly shipped: string;
  /** Writes a definition file that is another one with other topics, in its order. */
  rename(file: string, topics: readonly string[]): string;
  /**
   * Starts it; it ends with this process at the latest.
   *
   * @param env its whole environment, beside the address of its health server
   * @throws Error with its last lines where it ends while it starts
   */
  start(env: NodeJS.ProcessEnv): Promise<SinkProcess>;
}

/**
 * Builds the command `kafka-pg-sink` as the image has it, in a temporary folder.
 *
 * @param cleanup is given what ends the process and removes the folder
 */
export async function buildSinkCommand(cleanup: AsyncDisposableStack): Promise<SinkCommand> {
  const keeper = startKeeper(join(tmpdir(), 'kafka-pg-sink-command-'));
  cleanup.defer(() => keeper.stop());
  const path = (name: string) => join(keeper.folder, name);
  const build = [join(ROOT, 'scripts/build-command.ts'), keeper.folder];
  await promisify(execFile)(process.execPath, build, { cwd: ROOT });
  return {
    shipped: path('sink.config.mjs'),
    rename(file, topics) {
      const renamed = path('renamed.config.mjs');
      writeFileSync(renamed, renamedDefinition(file, topics));
      return renamed;
    },
    async start(env) {
      const port = await freePort();
      const url = `http://127.0.0.1:${port}`;
      const log = path('output.log');
      const server = await keeper.run({
        command: process.execPath,
        args: [path('command/kafka-pg-sink.mjs'), 'consume'],
        env: { ...env, HTTP_HOST: '127.0.0.1', HTTP_PORT: String(port) },
        // Files that the environment names are looked for here.
        cwd: process.cwd(),
        ...{ log, stopSignal: 'SIGTERM' as const },
      });
      const probe = async () => {
        await fetch(`${url}/livez`);
      };
      await untilReady({ what: 'The sink', server, log, probe, timeoutMs: START_TIMEOUT_MS });
      const { pid } = server;
      return {
        ...{ pid, url, log, lastLines: () => lastLines(log), peakMemory: watchMemory(pid) },
        check() {
          if (!server.exit) return;
          const how = server.exit.signal ?? `exit code ${server.exit.code}`;
          throw new Error(`The sink ended (${how}): ${lastLines(log)}`);
        },
      };
    },
  };
}
