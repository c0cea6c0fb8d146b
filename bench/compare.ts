import { startPostgres } from '../local/postgres.ts';
import type { Backlog } from './backlog.ts';
import type { Contender } from './contenders/contender.ts';
import { type Latency, measureLatency, type Phase } from './latency.ts';
import { type Raced, race } from './race.ts';
import { costTable, latencyTable, machineText, rateTable, settingsList } from './race-report.ts';
import { type KafkaWorld, startWorld } from './world.ts';

/** What a comparison beside peers can be told. */
export const PEERS_OPTIONS = {
  quick: { type: 'boolean' },
  tried: { type: 'boolean' },
  rounds: { type: 'string' },
  records: { type: 'string' },
} as const;

/** What contenders took to drain a backlog, and how long a record took at a rate. */
export interface Comparison {
  readonly raced: readonly Raced[];
  readonly latencies: readonly { readonly name: string; readonly latencies: readonly Latency[] }[];
  /** Both, as tables. */
  readonly text: string;
}

/** Starts the servers of a comparison; PostgreSQL keeps the time of each commit. */
export function startTimedWorld(cleanup: AsyncDisposableStack): Promise<KafkaWorld> {
  const postgres = () => startPostgres({ settings: { track_commit_timestamp: 'on' } });
  return startWorld(cleanup, { kafka: true, postgres });
}

/**
 * Compares contenders, and prints what was found.
 *
 * @param options.ours those whose ratio to each contender is told
 * @param options.turns of each contender
 * @param options.timed those whose latency is measured
 */
export async function compare(
  world: KafkaWorld,
  options: {
    backlog: Backlog;
    contenders: readonly Contender[];
    ours: readonly Contender[];
    turns: number;
    timed: readonly Contender[];
    phases: readonly Phase[];
  },
): Promise<Comparison> {
  const { backlog, contenders, ours, turns, timed, phases } = options;
  const raced = await race(contenders, world, backlog, turns);
  const latencies = [];
  for (const contender of timed) {
    console.error(`… latency: ${contender.name}`);
    const found = await measureLatency(contender, world, phases);
    latencies.push({ name: contender.name, latencies: found });
  }
  const text = [
    machineText(world, backlog, turns),
    settingsList(raced),
    rateTable(raced, ours),
    costTable(raced),
    ...(latencies.length > 0 ? [latencyTable(latencies)] : []),
  ].join('\n\n');
  console.log(text);
  return { raced, latencies, text };
}
