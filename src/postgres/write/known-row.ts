import { isRefusal } from '../../record/errors.ts';
import type { Values } from '../../record/table.ts';
import type { Deadline } from '../../timing/deadline.ts';
import { blame } from './blame.ts';
import { decodeLines, firstLine } from './copy/copy-text.ts';
import type { Takes } from './find-refused.ts';
import type { Rules } from './judge/rules.ts';

/** A row that the table has taken. Tried again, it tells whether the table takes rows at present. */
export interface KnownRow {
  /** @param row undefined leaves the one from before */
  remember(row: Values | undefined): void;
  rememberFirst(lines: AsyncIterable<Buffer>): Promise<void>;
  takes(deadline: Deadline): Promise<Takes>;
}

/**
 * @param tryRow inserts a row and rolls it back; throws a `StoreError` when it is refused
 * @param meetsUntried whether the row meets what that does not try; null where nobody knows
 * @param rules of the table; null where they cannot be read
 * @param excusesTypes see {@link blame}
 */
export function createKnownRow(
  tryRow: (row: Values, deadline: Deadline) => Promise<void>,
  meetsUntried: (row: Values, rules: Rules, deadline: Deadline) => Promise<boolean | null>,
  rules: (deadline: Deadline) => Promise<Rules | null>,
  excusesTypes: () => boolean,
): KnownRow {
  let known: Values | undefined;
  const remember: KnownRow['remember'] = (row) => {
    known = row ?? known;
  };
  return {
    remember,
    async rememberFirst(lines) {
      for await (const some of lines) return remember(decodeLines(firstLine(some))[0]);
    },
    async takes(deadline) {
      if (known === undefined) return 'perhaps';
      try {
        await tryRow(known, deadline);
        const by = await rules(deadline);
        const meets = by && (await meetsUntried(known, by, deadline));
        if (meets === false) return 'no';
        return by && meets && provesEnough(by) ? 'yes' : 'perhaps';
      } catch (error) {
        if (!isRefusal(error)) return 'no';
        // It may be that row's own fault by now.
        return blame(error, await rules(deadline), excusesTypes()) === 'record' ? 'perhaps' : 'no';
      }
    },
  };
}

/** A row that is there meets no foreign key and no other unique or exclusion again: PostgreSQL passes over it before. */
function provesEnough({ meetsAlike, foreignKeys, uniques, exclusions }: Rules): boolean {
  return meetsAlike && [...foreignKeys, ...uniques, ...exclusions].every(({ ofRow }) => ofRow);
}
