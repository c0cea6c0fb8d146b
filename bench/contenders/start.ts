import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastLines, startKeeper } from '../../local/keep.ts';
import type { KafkaWorld } from '../world.ts';
import type { Contender } from './contender.ts';

/** A contender at work, in a process of its own. */
export interface Running {
  readonly name: string;
  readonly pid: number;
  /** When it was started, in ms since 1970. */
  readonly start: number;
  /** @throws Error with the end of its output when it has ended by itself */
  check(): void;
  /** The end of its output. */
  output(): string;
  /** Stops it, by SIGKILL if need be, and removes its files. */
  stop(): Promise<void>;
}

let groups = 0;

/** Starts a contender with a new consumer group. It ends with this process, whatever ends that. */
export async function start(
  contender: Contender,
  world: KafkaWorld,
  topic: string,
): Promise<Running> {
  const keeper = startKeeper(join(tmpdir(), 'kafka-pg-sink-contender-'));
  const log = join(keeper.folder, 'output.log');
  const output = () => lastLines(log, 20);
  groups += 1;
  const group = `contender-${process.pid}-${groups}`;
  try {
    const { name } = contender;
    const { folder, stop } = keeper;
    const { env, ...command } = contender.prepare({ world, topic, group, folder });
    const start = Date.now();
    const { PATH, JAVA_HOME } = process.env;
    const kept = await keeper.run({
      ...command,
      env: { PATH, JAVA_HOME, ...env },
      cwd: folder,
      log,
      stopSignal: 'SIGTERM',
    });
    const check = () => {
      if (!kept.exit) return;
      const how = kept.exit.signal ?? `exit code ${kept.exit.code}`;
      throw new Error(`${name} ended (${how}): ${output()}`);
    };
    return { name, pid: kept.pid, start, check, output, stop };
  } catch (error) {
    await keeper.stop();
    throw error;
  }
}
