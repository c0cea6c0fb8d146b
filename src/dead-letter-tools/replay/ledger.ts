/** What became of a dead letter, or of a record of an on-failure message; in the order of the report. */
const ENDINGS = [
  'stored',
  'already-there',
  'published',
  'passed-over',
  'dropped',
  'duplicate',
  'discarded',
  'dead-lettered',
  /** An on-failure message whose records are all safe. */
  'completed',
  'rejected',
  'missing',
  'left',
  /** A message that is neither a dead letter nor an on-failure message. */
  'foreign',
] as const;
export type Ending = (typeof ENDINGS)[number];

/** Endings that leave something to do. */
const UNFINISHED: ReadonlySet<Ending> = new Set(['rejected', 'missing', 'left']);

/** Which dead letter, or which record of an on-failure message. */
export interface Subject {
  /** The coordinates of the record, or the id of the message when it is not about a single record. */
  readonly id: string;
  readonly messageId: string;
}

interface Entry extends Subject {
  readonly ending: Ending;
  /** Why, without data; empty when the ending says everything. */
  readonly detail: string;
  /** What a transform changes in the value, and a newer state in its row, line by line. It holds data. */
  readonly changes?: readonly string[];
}

/** Entries with the same ending and detail. */
export interface EntryGroup {
  readonly ending: Ending;
  readonly detail: string;
  readonly count: number;
  /** The first of them. */
  readonly examples: readonly Subject[];
}

const EXAMPLES = 5;

export interface Ledger {
  add(subject: Subject, ending: Ending, detail?: string, changes?: readonly string[]): void;
  /** Counts stored records that were in the table already: PostgreSQL tells how many, not which. */
  countRepeats(count: number): void;
  readonly repeats: number;
  /** Entries so far. */
  readonly size: number;
  groups(): EntryGroup[];
  /** Each entry, if `keepEach` is set; else none. */
  readonly entries: readonly Entry[];
  /** Whether nothing is left to do. */
  readonly isDone: boolean;
}

/** @param keepEach whether to keep each entry, and not only its group */
export function createLedger(keepEach: boolean): Ledger {
  const groups = new Map<
    string,
    { ending: Ending; detail: string; subjects: Subject[]; count: number }
  >();
  const entries: Entry[] = [];
  let repeats = 0;
  let size = 0;
  return {
    add(subject, ending, detail = '', changes) {
      const key = `${ending} ${detail}`;
      const group = groups.get(key) ?? { ending, detail, subjects: [], count: 0 };
      group.count += 1;
      if (group.subjects.length < EXAMPLES) group.subjects.push(subject);
      groups.set(key, group);
      size += 1;
      if (keepEach) entries.push({ ...subject, ending, detail, ...(changes && { changes }) });
    },
    countRepeats(count) {
      repeats += count;
    },
    get repeats() {
      return repeats;
    },
    get size() {
      return size;
    },
    groups: () =>
      [...groups.values()]
        .sort((a, b) => rank(a) - rank(b) || b.count - a.count)
        .map(({ ending, detail, count, subjects }) => ({
          ending,
          detail,
          count,
          examples: subjects,
        })),
    entries,
    get isDone() {
      return ![...groups.values()].some(({ ending }) => UNFINISHED.has(ending));
    },
  };
}

const rank = ({ ending }: { ending: Ending }) => ENDINGS.indexOf(ending);
