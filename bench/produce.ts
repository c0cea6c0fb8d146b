import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { PARTITIONS } from './sample.ts';

const PRODUCER = fileURLToPath(new URL('./produce-process.ts', import.meta.url));

/** What is produced. */
export interface Load {
  readonly topic: string;
  /** Names the run that the ids are made of. */
  readonly run: string;
  readonly records: number;
  /** Records per second; 0: as fast as it goes. */
  readonly rate: number;
}

/**
 * Produces notifications, from a process of its own.
 *
 * @throws Error when not all were acknowledged
 */
export async function produce(servers: string, load: Load): Promise<void> {
  const { topic, run, records, rate } = load;
  const args = [servers, topic, run, PARTITIONS, records, rate].map(String);
  const [code] = await once(fork(PRODUCER, args), 'exit');
  if (code !== 0) throw new Error(`The load was not produced: exit code ${code}.`);
}
