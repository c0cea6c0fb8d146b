import type { Given } from '../src/authoring/sample/draw.ts';
import type { SampleRecord } from '../src/authoring/sample/place.ts';
import { createSampler } from '../src/authoring/sample/sampler.ts';
import type { AnyDefinition } from '../src/definition/define.ts';
import { DefinitionError } from '../src/definition/definition-error.ts';
import type { RejectionReason } from '../src/record/fates.ts';
import type { SinkRecord } from '../src/record/record.ts';

/** One sample of a topic. */
export interface Sample {
  /** Its record, which says by a header whose it is. */
  readonly record: SampleRecord;
  readonly partition: number;
  /** How often it is sent. */
  readonly copies: number;
}

/** The samples of a definition. Each is made again when it is needed, so that none has to be remembered. */
export interface Samples {
  make(index: number): Sample;
  /** Why the sample must be rejected; null when it must not, as far as its definition alone can say. */
  rejectionOf(index: number): RejectionReason | null;
  copiesOf(index: number): number;
  /** The records that so many samples make. */
  countRecords(samples: number): number;
}

/** What both the process that produces samples and the one that reconciles them must know. */
export interface SampleOptions {
  /** The run: sets its samples apart from those of another. */
  readonly seed: number;
  /** Values of the enums of the database, by name. */
  readonly labels: readonly (readonly [string, readonly string[]])[];
  readonly given: Given;
}

/** Ties a record in Kafka to its sample, whatever its value is. */
export const INDEX_HEADER = 'kafka-pg-sink-sample';

/** Of every topic. */
export const PARTITIONS = 3;

/** Of each hundred samples, one is invalid in each of these ways. A record that is malformed cannot come out of Kafka. */
export const INVALID: Readonly<Record<number, RejectionReason>> = {
  7: 'tombstone',
  23: 'invalid_utf8',
  41: 'invalid_json',
  67: 'invalid_value',
  89: 'rejected_by_postgres',
};
/** Two are sent twice. */
const TWICE: readonly number[] = [13, 59];
/** One is passed over, where the definition has such records. */
const PASSED_OVER = 31;
/**
 * One has the key of the one before and other content, where the definition says what becomes of it: a dead letter, or a
 * newer state.
 */
const SAME_KEY = 77;
/** One, which is invalid elsewhere, is the tombstone of the one before, where a table of states takes it. */
const TOMBSTONE = 7;
/** What shares a key, or comes twice, leaves nothing to defaults. A newer state does: what it does not mention stays. */
const COMPLETE = new Set([...TWICE, SAME_KEY - 1, TOMBSTONE - 1]);

/** @throws {DefinitionError} when no valid samples can be made */
export function createSamples(definition: AnyDefinition, options: SampleOptions): Samples {
  const { seed, labels, given } = options;
  const sampler = withRemedy(() =>
    createSampler(definition, { seed, labels: new Map(labels), given }),
  );
  const { write } = definition;
  const isStates = write?.mode === 'upsert';
  const takesTombstones = isStates && (write.tombstones ?? 'dead-letter') !== 'dead-letter';
  const sharesKeys = isStates || write?.onConflict === 'dead-letter';
  const isTombstone = (index: number) => takesTombstones && index % 100 === TOMBSTONE;

  /** The sample whose key a sample has. */
  function keyOf(index: number): number {
    const isShared = isTombstone(index) || (sharesKeys && index % 100 === SAME_KEY);
    return isShared ? index - 1 : index;
  }

  function rejectionOf(index: number): RejectionReason | null {
    const reason = isTombstone(index) ? undefined : INVALID[index % 100];
    return reason && sampler.reasons.has(reason) ? reason : null;
  }

  function recordOf(index: number): SampleRecord {
    const slot = index % 100;
    const rejection = rejectionOf(index);
    if (rejection) return sampler.reject(index, rejection, Math.floor(index / 100));
    if (slot === PASSED_OVER && sampler.passesOver) return sampler.passOver(index);
    const complete = COMPLETE.has(slot) || (slot === SAME_KEY && !isStates);
    const record = sampler.make(index, { complete, keyOf: keyOf(index) });
    return isTombstone(index) ? { ...record, value: null } : record;
  }

  return {
    make(index) {
      const record = recordOf(index);
      const header = { name: INDEX_HEADER, value: Buffer.from(String(index)) };
      return {
        record: { ...record, headers: [...record.headers, header] },
        // Records of one key keep their order.
        partition: keyOf(index) % PARTITIONS,
        copies: copiesOf(index),
      };
    },
    ...{ rejectionOf, copiesOf },
    countRecords(samples) {
      const rest = samples % 100;
      return samples + 2 * Math.floor(samples / 100) + TWICE.filter((slot) => slot < rest).length;
    },
  };
}

/** Values can be given here, which other callers of a sampler cannot. */
function withRemedy<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    const remedy = 'or give values by --sample NAME=VALUE, of a column or a field';
    throw new DefinitionError(error.problems.map((problem) => `${problem}; ${remedy}`));
  }
}

function copiesOf(index: number): number {
  return TWICE.includes(index % 100) ? 2 : 1;
}

/** The index of a record's sample. */
export function indexOf({ headers }: SinkRecord): number {
  return Number(headers.find(({ name }) => name === INDEX_HEADER)?.value?.toString() ?? '');
}
