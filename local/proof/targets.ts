import { count } from '../display.ts';
import { isBusy, type OtherUse } from './cpu.ts';
import { inMs, inSeconds } from './phase.ts';

/** What a run measured; null for what it left out. */
export interface Measured {
  readonly recordsPerSecond: number;
  /** Seconds. */
  readonly flushP95: number;
  readonly consumptionP95: number | null;
  readonly memoryMb: number;
  readonly recovery: number | null;
}

interface Target {
  readonly name: string;
  readonly wanted: string;
  readonly measured: string;
  /** Null where it was not measured. */
  readonly met: boolean | null;
}

/** Compares what was measured with what it must be. */
export function compare(measured: Measured): Target[] {
  const { recordsPerSecond, flushP95, consumptionP95, memoryMb, recovery } = measured;
  const target = (
    name: string,
    wanted: string,
    value: number | null,
    show: (value: number) => string,
    isMet: (value: number) => boolean,
  ): Target =>
    value === null
      ? { name, wanted, measured: 'left out', met: null }
      : { name, wanted, measured: show(value), met: isMet(value) };
  return [
    target('records/s', '≥ 10,000', recordsPerSecond, count, (value) => value >= 10_000),
    target('flush P95', '< 200 ms', flushP95, inMs, (value) => value < 0.2),
    target('consumption P95', '< 100 ms', consumptionP95, inMs, (value) => value < 0.1),
    target(
      'memory',
      '< 100 MB',
      memoryMb,
      (mb) => `${count(mb)} MB`,
      (mb) => mb < 100,
    ),
    target('recovery', '< 5 s', recovery, inSeconds, (value) => value < 5),
  ];
}

/** The targets as a table. */
export function targetTable(targets: readonly Target[]): string {
  const verdict = { true: 'met', false: 'MISSED', null: '' };
  const rows = targets.map(
    ({ name, wanted, measured, met }) => [name, wanted, measured, verdict[`${met}`]] as const,
  );
  return [['target', 'must be', 'measured', ''] as const, ...rows]
    .map(([name, wanted, measured, met]) =>
      `  ${name.padEnd(20)}${wanted.padEnd(14)}${measured.padEnd(14)}${met}`.trimEnd(),
    )
    .join('\n');
}

/** What else used the CPU, in one line. */
export function machineLine(use: OtherUse | null): string {
  if (use === null) return 'What else used the CPU was not measured: there is no /proc here.';
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  return `The machine was ${isBusy(use) ? 'busy' : 'quiet'}: others used ${percent(use.others)} of its CPU, steal was ${percent(use.steal)}.`;
}

/**
 * What a run must end with where every record is accounted for.
 *
 * @returns its last line, and its exit code
 */
export function conclude(
  targets: readonly Target[],
  use: OtherUse | null,
): { line: string; code: 0 | 3 } {
  const missed = targets.filter(({ met }) => met === false).map(({ name }) => name);
  if (missed.length === 0) return { line: 'Every target that was measured is met.', code: 0 };
  const line = `Missed: ${missed.join(', ')}`;
  return use !== null && isBusy(use)
    ? { line: `${line}; the machine was busy, so that this is no verdict.`, code: 0 }
    : { line: `${line}.`, code: 3 };
}
