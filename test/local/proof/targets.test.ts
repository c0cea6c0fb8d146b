import { expect, test } from 'vitest';
import { compare, conclude, machineLine, targetTable } from '../../../local/proof/targets.ts';

const MET = {
  recordsPerSecond: 10_000,
  flushP95: 0.199,
  consumptionP95: 0.099,
  memoryMb: 99.4,
  recovery: 4.9,
};
const QUIET = { others: 0.2, steal: 0.05 };

test('a run whose targets are all met ends with exit code 0', () => {
  expect(conclude(compare(MET), QUIET).code).toBe(0);
});

test.each([
  ...[
    ['records/s', { recordsPerSecond: 9999 }] as const,
    ['flush P95', { flushP95: 0.2 }] as const,
  ],
  ...[
    ['consumption P95', { consumptionP95: 0.1 }] as const,
    ['memory', { memoryMb: 100 }] as const,
  ],
  ...[['recovery', { recovery: 5 }] as const, ['flush P95', { flushP95: Number.NaN }] as const],
])('a run that misses %s ends with exit code 3, and says which', (name, missed) => {
  const { line, code } = conclude(compare({ ...MET, ...missed }), QUIET);
  expect([line, code]).toEqual([`Missed: ${name}.`, 3]);
});

test.each([
  { others: 0.21, steal: 0 },
  { others: 0, steal: 0.06 },
])('on a busy machine a missed target is no verdict: %j', (use) => {
  const { line, code } = conclude(compare({ ...MET, memoryMb: 400, recovery: 9 }), use);
  expect([line, code]).toEqual([
    'Missed: memory, recovery; the machine was busy, so that this is no verdict.',
    0,
  ]);
  expect(machineLine(use)).toMatch(/^The machine was busy: /);
});

test('where the system does not tell what else ran, a missed target is a verdict', () => {
  expect(conclude(compare({ ...MET, memoryMb: 400 }), null).code).toBe(3);
});

test('what was left out is neither met nor missed', () => {
  const targets = compare({ ...MET, consumptionP95: null, recovery: null });
  expect(conclude(targets, QUIET).code).toBe(0);
  expect(targetTable(targets).split('\n').slice(1)).toEqual([
    '  records/s           ≥ 10,000      10,000        met',
    '  flush P95           < 200 ms      199 ms        met',
    '  consumption P95     < 100 ms      left out',
    '  memory              < 100 MB      99 MB         met',
    '  recovery            < 5 s         left out',
  ]);
});
