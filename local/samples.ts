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
/** One has the key of the one before and other content, where the definition says that this is a dead letter. */
const CONFLICT = 77;
const COMPLETE = new Set([...TWICE, CONFLICT - 1, CONFLICT]);

/** @throws {DefinitionError} when no valid samples can be made */
export function createSamples(definition: AnyDefinition, options: SampleOptions): Samples {
  const { seed, labels, given } = options;
  const sampler = withRemedy(() =>
    createSampler(definition, { seed, labels: new Map(labels), given }),
  );
  const { write, topic } = definition;
  if (write?.mode === 'upsert')
    throw new DefinitionError([
      `${topic}: write.mode: npm start matches each record with a row of its own, which a table of states does not have; take your records through it with npx kafka-pg-sink consume`,
    ]);
  const conflicts = write?.onConflict === 'dead-letter';

  function rejectionOf(index: number): RejectionReason | null {
    const reason = INVALID[index % 100];
    return reason && sampler.reasons.has(reason) ? reason : null;
  }

  function recordOf(index: number): SampleRecord {
    const slot = index % 100;
    const rejection = rejectionOf(index);
    if (rejection) return sampler.reject(index, rejection, Math.floor(index / 100));
    if (slot === PASSED_OVER && sampler.passesOver) return sampler.passOver(index);
    const keyOf = slot === CONFLICT && conflicts ? index - 1 : index;
    return sampler.make(index, { complete: COMPLETE.has(slot), keyOf });
  }

  return {
    make(index) {
      const record = recordOf(index);
      const header = { name: INDEX_HEADER, value: Buffer.from(String(index)) };
      return {
        record: { ...record, headers: [...record.headers, header] },
        partition: index % PARTITIONS,
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
