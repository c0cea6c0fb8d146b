import { DefinitionError } from '../../definition/definition-error.ts';
import type { RowChange } from '../../postgres/write/store-and-roll-back.ts';
import type { Written } from '../../postgres/write/written.ts';
import {
  CONFLICT_MESSAGE,
  type Failed,
  type PassedOver,
  type Rejected,
  STALE_MESSAGE,
} from '../../record/fates.ts';
import { isMalformed, type SinkRecord } from '../../record/record.ts';
import type { NotStored } from '../../sink/decode.ts';
import type { Ending } from './ledger.ts';

/** Where records go. */
export interface Target {
  /** Delivers records. Each of them is then in exactly one of the lists. Never throws. */
  deliver(records: readonly SinkRecord[]): Promise<Delivered>;
  close(): Promise<void>;
}

interface Delivered {
  /** Their records are safe, or nothing is to be done for them, so their dead letters can be deleted. */
  readonly done: readonly Done[];
  /** How many of those were there before, when only the number is known. */
  readonly repeats: number;
  /** They can never be delivered as they are. */
  readonly refused: readonly Refused[];
  /** Nobody has said where they belong. They stay as they are, and the others are delivered. */
  readonly left: readonly Left[];
  /** Nothing is wrong with them: there is an outage, or the set-up is wrong. */
  readonly failed: readonly Failed[];
}

interface Done {
  readonly record: SinkRecord;
  readonly ending: Ending;
  /** Why; absent where the ending says everything. */
  readonly detail?: string;
  /** What becomes of the row of its key; absent where the ending says everything. */
  readonly row?: RowChange;
}

interface Left {
  readonly record: SinkRecord;
  readonly why: string;
}

interface Refused {
  readonly record: SinkRecord;
  readonly message: string;
  /** Why the sink or PostgreSQL rejects it; null when Kafka refuses it, or it is a conflict. */
  readonly rejected: Rejected | null;
  /**
   * Another record has its key, which the sink passes over. A dead letter, which somebody looks after, is kept.
   */
  readonly conflict?: true;
}

const RULES = {
  tombstone: 'a tombstone, as TOMBSTONE_POLICY or write.tombstones says',
  where: 'as where of the definition says',
  conflict: CONFLICT_MESSAGE,
  stale: STALE_MESSAGE,
} as const satisfies Record<PassedOver['rule'], string>;

/** What the sink passes over by a rule that the user has set. */
export function passedOverBy({ passedOver }: Pick<NotStored, 'passedOver'>): Done[] {
  return passedOver.map(({ record, rule }) => ({
    record,
    ending: 'passed-over',
    detail: RULES[rule],
  }));
}

const isStale = ({ rule }: PassedOver) => rule === 'stale';

/** A newer state of their keys is there, so nothing is to be done for them. */
export function staleOf({ conflicts }: Written): Done[] {
  return passedOverBy({ passedOver: conflicts.filter(isStale) });
}

/** What becomes of the records that are neither stored nor passed over. */
export function othersOf(
  decoded: NotStored,
  written: Written,
): Pick<Delivered, 'refused' | 'left' | 'failed'> {
  const rejected = [...decoded.rejected, ...written.rejected];
  return {
    refused: [
      ...rejected.flatMap((one) => refusal(one)),
      ...written.conflicts
        .filter((one) => !isStale(one))
        .map(
          ({ record }): Refused => ({
            record,
            message: CONFLICT_MESSAGE,
            rejected: null,
            conflict: true,
          }),
        ),
    ],
    left: decoded.failed.flatMap(withoutDefinition),
    failed: written.failed,
  };
}

/** Records that come from Kafka or a dead letter are whole. */
function refusal(rejected: Rejected): Refused[] {
  const { record, message } = rejected;
  return isMalformed(record) ? [] : [{ record, message, rejected }];
}

/** Its topic has none, or two: an outage would concern the records of other topics too. */
function withoutDefinition({ record, cause }: Failed): Left[] {
  const why = cause instanceof DefinitionError ? cause.problems.join('; ') : cause.message;
  return isMalformed(record) ? [] : [{ record, why: `${why}, or name another by --sink` }];
}
