import type { Decoded } from '../../definition/compile.ts';
import type { AnyDefinition } from '../../definition/define.ts';
import { DefinitionError } from '../../definition/definition-error.ts';
import { compileSinks } from '../../definition/sinks.ts';
import type { RejectionReason } from '../../record/fates.ts';
import type { SinkRecord } from '../../record/record.ts';
import { createDice } from './dice.ts';
import { type Draw, drawValues, extraFields, type Given, sampledColumns } from './draw.ts';
import { type Placed, recordOf, type SampleRecord } from './place.ts';
import { MALFORMED, waysToReject } from './reject.ts';

/** Makes records for a definition; the same ones each time. */
export interface Sampler {
  /**
   * @param index one number, one key: as far as the key's types have as many values
   * @throws {DefinitionError} when none of some tries is valid
   */
  make(index: number, options?: Variation): SampleRecord;
  /** Whether `where` passes over some, which {@link passOver} makes. */
  readonly passesOver: boolean;
  passOver(index: number): SampleRecord;
  /** Reasons for which {@link reject} can make records rejected. */
  readonly reasons: ReadonlySet<RejectionReason>;
  /**
   * The record of an index, but one that must be rejected.
   *
   * @param round another one, another way
   */
  reject(index: number, reason: RejectionReason, round: number): SampleRecord;
}

interface Variation {
  /** Has every value there, so that nothing depends on where the record lies. */
  readonly complete?: boolean;
  /** Index of the sample whose key it has. Default: its own. */
  readonly keyOf?: number;
}

export interface SamplerOptions {
  /** Another one makes other samples. A whole number from 0 to 2^32 - 1. */
  readonly seed?: number;
  /** Values of the enums of the database, by the name that the definition gives the type. */
  readonly labels?: ReadonlyMap<string, readonly string[]>;
  /** Values to choose from, by column, or else by the path of a field of the value. */
  readonly given?: Given;
}

/** Where `where` takes one of two, or of a hundred, none of a million samples may fail. */
const TRIES = 10_000;
/** Whether a definition passes over records is asked of so many. */
const ASKED = 200;

/**
 * @param definition in which `findProblems` finds none
 * @throws {DefinitionError} when there is a column for which no value is known, or no valid record is found
 */
export function createSampler(
  definition: AnyDefinition,
  { seed = 0, labels = new Map(), given = {} }: SamplerOptions = {},
): Sampler {
  const { all } = compileSinks(definition);
  const sink = all[0] as (typeof all)[number];
  const columns = sampledColumns(definition, labels, given);
  const extras = extraFields(columns);

  const judge = (record: SampleRecord) => sink.decode({ ...NOWHERE, ...record });
  const uniqueOf = (index: number) => (BigInt(seed) << 40n) | BigInt(index);

  /** What is drawn until a record of it is as it must be. */
  function search(
    index: number,
    { complete = false, keyOf = index }: Variation,
    isFound: (decoded: Decoded) => boolean,
    tries = TRIES,
  ): Draw | { readonly last: Decoded } {
    let last: Decoded | undefined;
    for (let attempt = 0; attempt < tries; attempt += 1) {
      const dice = createDice(seed, index, attempt);
      const drawn = drawValues(columns, { dice, attempt, complete, unique: uniqueOf(keyOf) });
      // A schema may allow no other fields.
      const more = attempt % 2 === 0 ? extras : [];
      const build = (values: readonly Placed[]) => recordOf([...values, ...more], `key-${keyOf}`);
      const record = build(drawn);
      last = judge(record);
      if (isFound(last)) return { record, drawn, build };
    }
    return { last: last as Decoded };
  }

  function draw(index: number, variation: Variation): Draw {
    const found = search(index, variation, (decoded) => 'row' in decoded);
    if ('record' in found) return found;
    const message = 'message' in found.last ? found.last.message : 'where passes them over';
    throw new DefinitionError([`${sink.name}: none of ${TRIES} samples is valid: ${message}`]);
  }

  function passedOver(index: number, tries: number): SampleRecord | null {
    if (!definition.where) return null;
    const found = search(index, {}, (decoded) => 'rule' in decoded, tries);
    return 'record' in found ? found.record : null;
  }

  const ways = waysToReject(columns, draw(0, { complete: true }), judge);
  return {
    passesOver: passedOver(0, ASKED) !== null,
    passOver(index) {
      const record = passedOver(index, TRIES);
      if (record === null) throw new RangeError(`${sink.name} passes over no sample ${index}.`);
      return record;
    },
    make: (index, variation = {}) => draw(index, variation).record,
    reasons: new Set([...MALFORMED.keys(), ...ways.keys()]),
    reject(index, reason, round) {
      const drawn = draw(index, { complete: true });
      const malform = MALFORMED.get(reason);
      if (malform) return malform(drawn.record);
      const all = ways.get(reason) ?? [];
      const way = all[round % all.length];
      if (way === undefined) throw new RangeError(`${sink.name} has no way to ${reason}.`);
      return way(drawn);
    },
  };
}

/** Where no record lies: the values of a sample do not depend on it. */
const NOWHERE: Omit<SinkRecord, keyof SampleRecord> = {
  topic: 'topic',
  partition: 0,
  offset: 0,
  timestamp: 1_761_091_200_000,
  timestampType: 'CREATE_TIME',
};
