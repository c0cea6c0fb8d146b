import type { Ending, EntryGroup, Ledger } from '../replay/ledger.ts';
import { plain } from './plain.ts';
import { formatCount } from './table.ts';

/** What became of a record or a message; and what would, without the replay. */
const WORDS = {
  stored: ['stored', 'would be stored'],
  'already-there': ['in the table already', 'in the table already; the letter would be deleted'],
  published: ['put onto the topic', 'would be put onto the topic'],
  ignored: ['ignored, as TOMBSTONE_POLICY says', 'would be ignored, as TOMBSTONE_POLICY says'],
  dropped: ['dropped by the transform', 'would be dropped by the transform'],
  second: [
    'second letter of a record: deleted beside the first',
    'second letter of a record: would be deleted beside the first',
  ],
  discarded: ['discarded', 'would be discarded'],
  'dead-lettered': ['rejected: a letter of theirs was sent', 'rejected: a letter would be sent'],
  refused: ['refused again; back in the queue, with the attempt counted', 'would be refused again'],
  gone: ['lost in Kafka: left in the queue', 'lost in Kafka: would be left in the queue'],
  left: ['left in the queue', 'would be left in the queue'],
  foreign: ['foreign: left alone', 'foreign: would be left alone'],
  read: ['note of Lambda settled whole, and deleted', 'note of Lambda that would be settled whole'],
} as const satisfies Record<Ending, readonly [done: string, dry: string]>;

/** Lines of changes that are shown of one group; `--json` has them all. */
const MAX_CHANGES = 40;

const MAX_GROUPS = 40;

/** What a replay did, or would do, for a person. */
export function printReplay(ledger: Ledger, dryRun: boolean): string {
  const groups = ledger.groups();
  if (groups.length === 0) return 'No letter was found that is meant.';
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
    ...(SETTLED.has(ending) ? [] : [below(count > examples.length ? `${ids}, …` : ids)]),
  ];
}

/** Nobody looks for these. */
const SETTLED: ReadonlySet<Ending> = new Set(['stored', 'published', 'already-there', 'second']);

/** The changes that a transform would make, letter by letter. */
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
