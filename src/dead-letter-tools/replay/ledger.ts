/** What became of a letter, or of a record of one of Lambda's notes; in the order in which they are told. */
const ENDINGS = [
  'stored',
  'already-there',
  'published',
  'ignored',
  'dropped',
  'second',
  'discarded',
  'dead-lettered',
  /** A note whose records are all settled. */
  'read',
  'refused',
  'gone',
  'left',
  /** A message that is neither a letter nor a note. */
  'foreign',
] as const;
export type Ending = (typeof ENDINGS)[number];

/** Those after which something is left to do for somebody. */
const UNSETTLED: ReadonlySet<Ending> = new Set(['refused', 'gone', 'left']);

/** Which letter, or which record of a note. */
export interface Subject {
  /** Of the record, `<topic>-<partition>@<offset>`; of the message where it is about no single record. */
  readonly id: string;
  readonly messageId: string;
}

export interface Entry extends Subject {
  readonly ending: Ending;
  /** Why, without data; empty where the ending says it. */
  readonly detail: string;
  /** What a transform changes, line by line; it holds data. */
  readonly changes?: readonly string[];
}

/** Entries that have their ending and its reason in common. */
export interface EntryGroup {
  readonly ending: Ending;
  readonly detail: string;
  readonly count: number;
  /** Some of them. */
  readonly examples: readonly Subject[];
}

const EXAMPLES = 5;

export interface Ledger {
  add(subject: Subject, ending: Ending, detail?: string, changes?: readonly string[]): void;
  /** Of the records stored, how many were in the table already: PostgreSQL tells their number, not which they are. */
  countRepeats(count: number): void;
  readonly repeats: number;
  /** Entries so far. */
  readonly size: number;
  groups(): EntryGroup[];
  /** Each entry, where they were to be kept. */
  readonly entries: readonly Entry[];
  /** Whether all came to a good end. */
  readonly isSettled: boolean;
}

/** @param keepEach whether each entry is kept, and not its group alone */
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
    get isSettled() {
      return ![...groups.values()].some(({ ending }) => UNSETTLED.has(ending));
    },
  };
}

const rank = ({ ending }: { ending: Ending }) => ENDINGS.indexOf(ending);
