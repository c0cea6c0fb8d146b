import type { Ending, EntryGroup, Ledger } from '../replay/ledger.ts';
import { plain } from './plain.ts';
import { formatCount } from './table.ts';

/** What became of a record or a message, and what would become of it after a dry run. */
const WORDS = {
  stored: ['stored', 'would be stored'],
  'already-there': [
    'in the table already',
    'in the table already; the dead letter would be deleted',
  ],
  published: ['published to the topic', 'would be published to the topic'],
  'passed-over': ['passed over', 'would be passed over'],
  dropped: ['dropped by the transform', 'would be dropped by the transform'],
  duplicate: ['duplicate dead letter: deleted', 'duplicate dead letter: would be deleted'],
  discarded: ['discarded', 'would be discarded'],
  'dead-lettered': ['rejected: dead letter sent', 'rejected: a dead letter would be sent'],
  rejected: ['rejected again: left in the queue, attempt counted', 'would be rejected again'],
  missing: ['missing in Kafka: left in the queue', 'missing in Kafka: would be left in the queue'],
  left: ['left in the queue', 'would be left in the queue'],
  foreign: ['foreign: left alone', 'foreign: would be left alone'],
  completed: [
    'on-failure message: all records safe, deleted',
    'on-failure message: all records would be safe, and it would be deleted',
  ],
} as const satisfies Record<Ending, readonly [done: string, dry: string]>;

/** Lines of changes that are shown; `--json` has all of them. */
const MAX_CHANGES = 40;
/** Groups that are shown; `--json` has all of them. */
const MAX_GROUPS = 40;

/** Prints what a replay did, or would do, for a person. */
export function printReplay(ledger: Ledger, dryRun: boolean): string {
  const groups = ledger.groups();
  if (groups.length === 0) return 'No selected message was found.';
  const width = Math.max(...groups.map(({ count }) => formatCount(count).length));
  const shown = groups.slice(0, MAX_GROUPS);
  const lines = shown.flatMap((group) => describe(group, ledger, dryRun, width));
  const rest = groups.length - shown.length;
  return [...lines, ...(rest > 0 ? [`  … ${formatCount(rest)} more, see --json`] : [])].join('\n');
}

function describe(
  { ending, detail, count, examples }: EntryGroup,
  { repeats }: Ledger,
  dryRun: boolean,
  width: number,
): string[] {
  const words = WORDS[ending][dryRun ? 1 : 0];
  const known =
    ending === 'stored' && repeats > 0 ? `; in the table already: ${formatCount(repeats)}` : '';
  const below = (text: string) => `  ${' '.repeat(width)}  ${text}`;
  const ids = examples.map(({ id }) => plain(id)).join(', ');
  return [
    `  ${formatCount(count).padStart(width)}  ${words}${known}`,
    ...(detail === '' ? [] : [below(plain(detail, 1000))]),
    ...(WITHOUT_EXAMPLES.has(ending) ? [] : [below(count > examples.length ? `${ids}, …` : ids)]),
  ];
}

/** Endings whose examples interest nobody. */
const WITHOUT_EXAMPLES: ReadonlySet<Ending> = new Set([
  'stored',
  'published',
  'already-there',
  'duplicate',
]);

/** Prints the changes that a transform would make, dead letter by dead letter. */
export function printChanges({ entries }: Ledger): string {
  const changed = entries.filter(({ changes }) => changes && changes.length > 0);
  const lines = changed.flatMap(({ id, changes = [] }) => [
    plain(id),
    ...changes.map((line) => `  ${line}`),
  ]);
  const rest = lines.length - MAX_CHANGES;
  return rest > 0
    ? [...lines.slice(0, MAX_CHANGES), `… ${formatCount(rest)} lines more, see --json`].join('\n')
    : lines.join('\n');
}
