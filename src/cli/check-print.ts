import type { Ending, Verdict } from '../authoring/check/judge.ts';
import { plain } from '../dead-letter-tools/print/plain.ts';
import { counted } from '../dead-letter-tools/print/table.ts';
import { CONFLICT_MESSAGE, STALE_MESSAGE } from '../record/fates.ts';

const ENDINGS = {
  row: 'a row',
  tombstone: 'a tombstone, for the row with this key',
  stored: 'would be stored',
  'already-there': 'there already',
  'passed-over': 'passed over',
  rejected: 'rejected',
  failed: 'failed',
} as const satisfies Record<Ending, string>;

const RULES = {
  tombstone: 'as TOMBSTONE_POLICY or write.tombstones says',
  where: 'as where of the definition says',
  conflict: CONFLICT_MESSAGE,
  stale: STALE_MESSAGE,
} as const satisfies Record<NonNullable<Verdict['rule']>, string>;

/** A verdict for a person: a headline, and below it the row or what is wrong. */
export function printVerdict(verdict: Verdict): string {
  const { at, ending, rule, reason, row, leftToTable, isState, problems } = verdict;
  const why = rule === null ? '' : `, ${RULES[rule]}`;
  const headline = `${at}: ${ENDINGS[ending]}${why}${reason === null ? '' : ` (${reason})`}`;
  const width = Math.max(0, ...[...row.keys(), ...leftToTable].map((name) => name.length));
  return [
    headline,
    ...problems.map(({ path, message }) => `  ${path === '' ? '' : `${plain(path)}: `}${message}`),
    ...[...row].map(([name, value]) => `  ${name.padEnd(width)} = ${literal(value)}`),
    ...leftToTable.map(
      (name) => `  ${name.padEnd(width)} ${isState ? 'stays as it is' : '= DEFAULT'}`,
    ),
  ].join('\n');
}

/** So that the text NULL and NULL are not the same. */
function literal(value: string | null): string {
  return value === null ? 'NULL' : `'${plain(value).replaceAll("'", "''")}'`;
}

/** How many messages ended in each way, of those that did. */
export function printSummary(verdicts: readonly Verdict[]): string {
  const counts = Object.entries(ENDINGS).flatMap(([ending, words]) => {
    const count = verdicts.filter((one) => one.ending === ending).length;
    return count === 0
      ? []
      : `${count} ${ending === 'row' ? (count === 1 ? 'row' : 'rows') : words}`;
  });
  return `${counted(verdicts.length, 'message')}: ${counts.join(', ')}`;
}

/** All verdicts, for one JSON document. */
export function toDocument(verdicts: readonly Verdict[]) {
  return verdicts.map(({ at, ending, row, ...more }) => ({
    ...{ at, ending, row: Object.fromEntries(row) },
    ...more,
  }));
}
