import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { markdownTable } from '../../../local/markdown.ts';
import type { Reconciliation } from '../../../local/reconcile.ts';
import type { Mapping } from './mapping.ts';

const FOLDER = 'reports';
/** A line of JSON for each scenario, while they run. */
export const RESULTS = join(FOLDER, 'faults.jsonl');
const SUMMARY = join(FOLDER, 'faults.json');

export interface Result extends Reconciliation, Readonly<Mapping['figures']> {
  readonly scenario: string;
  /** From the end of the fault to the first row, or dead letter, afterwards; null where no fault ends. */
  readonly recoveryMs: number | null;
  /** The whole scenario, its servers' start included. */
  readonly seconds: number;
  readonly remark: string;
}

/** Collects what the scenarios found, and prints it as a table in the end. */
export default function setup() {
  mkdirSync(FOLDER, { recursive: true });
  // The summary too: a run that is interrupted must not leave an earlier one's figures behind.
  for (const file of [RESULTS, SUMMARY]) rmSync(file, { force: true });
  return () => {
    if (!existsSync(RESULTS)) return;
    const lines = readFileSync(RESULTS, 'utf8').trim().split('\n');
    const results = lines.map((line): Result => JSON.parse(line));
    results.sort((a, b) => Number.parseInt(a.scenario, 10) - Number.parseInt(b.scenario, 10));
    writeFileSync(SUMMARY, `${JSON.stringify(results, null, 2)}\n`);
    rmSync(RESULTS);
    console.log(`\n${toTable(results)}\n`);
  };
}

function toTable(results: readonly Result[]): string {
  const rows = results.map((result) => [
    result.scenario,
    result.recoveryMs === null ? '–' : `${result.recoveryMs} ms`,
    `${result.invocations} (${result.failedInvocations})`,
    result.missing,
    result.doubledRows,
    result.falseDeadLetters,
    result.repeatedDeadLetters,
    result.remark,
  ]);
  const head = [
    'scenario',
    'recovery',
    'invocations (failed)',
    'missing',
    'doubled',
    'false dead letters',
    'repeated dead letters',
    'remark',
  ];
  return markdownTable(head, rows);
}
