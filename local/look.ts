import { readFileSync } from 'node:fs';

/**
 * The values of a page of `/metrics`, by name and labels, as they stand in it: `kafka_pg_sink_records_total{fate="stored"}`.
 */
export function readMetrics(page: string): ReadonlyMap<string, number> {
  return new Map(
    page.split('\n').map((line) => {
      const end = line.lastIndexOf(' ');
      return [line.slice(0, end), Number(line.slice(end + 1))];
    }),
  );
}

/** The largest resident set that a process ever had, in bytes, as Linux keeps it; 0 where nobody knows. */
export function peakRssOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0; // it has ended, or the system has no such file
  }
}
