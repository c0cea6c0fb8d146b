import { cpus, totalmem } from 'node:os';
import { markdownTable } from '../local/markdown.ts';
import type { Result } from './contest.ts';

/** What a figure depends on beside the code. */
export interface Machine {
  readonly cpu: string;
  readonly memoryGiB: number;
  readonly node: string;
  readonly postgres: string;
  /** Settings of PostgreSQL that are not its defaults. */
  readonly settings: string;
}

export function describeMachine(postgres: string): Machine {
  const list = cpus();
  return {
    cpu: `${list.length} × ${list[0]?.model.trim()}`,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    postgres,
    settings: 'its defaults (fsync on), a data folder of its own on local disk',
  };
}

export function machineLine({ cpu, memoryGiB, node, postgres, settings }: Machine): string {
  return `${cpu}, ${memoryGiB} GiB, shared by everything; Node.js ${node}, PostgreSQL ${postgres} with ${settings}`;
}

/** The name of the contender that all others are measured by. */
export const LIMIT = 'limit: straight COPY';

/** A table in Markdown; the share of the limit is its median time by the contender's. */
export function table(results: readonly Result[]): string {
  const limit = results.find(({ name }) => name === LIMIT)?.time.median;
  const rows = results.map(({ name, time, cpu }) => [
    name,
    ...[time.median, time.p95, time.p99, cpu.median].map(format),
    limit === undefined ? '–' : (limit / time.median).toFixed(2),
  ]);
  return markdownTable(
    ['', 'median ms', 'P95', 'P99', 'CPU ms in Node', 'share of the limit'],
    rows,
  );
}

function format(ms: number): string {
  return ms < 10 ? ms.toFixed(2) : ms < 100 ? ms.toFixed(1) : ms.toFixed(0);
}
