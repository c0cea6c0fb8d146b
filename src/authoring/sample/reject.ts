import type { Decoded } from '../../definition/compile.ts';
import { isHeader, isKey } from '../../definition/read.ts';
import type { RejectionReason } from '../../record/fates.ts';
import type { Draw, Sampled } from './draw.ts';
import type { SampleRecord } from './place.ts';

type Malform = (record: SampleRecord) => SampleRecord;
type Way = (draw: Draw) => SampleRecord;

const NOT_UTF8 = Buffer.from([0xff, 0xfe]);
/** Stands for what is nested deeper than PostgreSQL and JavaScript go. */
const DEEP = 'nested';
const NESTED = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;

/** What is wrong whatever the definition says. */
export const MALFORMED: ReadonlyMap<RejectionReason, Malform> = new Map<RejectionReason, Malform>([
  ['tombstone', (record) => ({ ...record, value: null })],
  [
    'invalid_utf8',
    (record) => ({ ...record, value: Buffer.concat([record.value ?? NOT_UTF8, NOT_UTF8]) }),
  ],
  ['invalid_json', (record) => ({ ...record, value: Buffer.from('{not json') })],
]);

/** What is of no column's type, or beyond what most of them take. */
const WRONG: readonly unknown[] = [{ no: 'value' }, 'x'.repeat(501), 'a \0 in the text', 1.5, -1];
const ABSENT = Symbol('absent');

/** PostgreSQL takes offsets up to 15:59, ISO 8601 up to 23:59. */
const TOO_FAR = '2025-10-22T00:00:00+23:59';

/**
 * Finds what makes a record one that the definition does not take, or takes and PostgreSQL refuses.
 *
 * @param valid a record's values
 * @param judge decodes a record
 */
export function waysToReject(
  columns: readonly Sampled[],
  valid: Draw,
  judge: (record: SampleRecord) => Decoded,
): ReadonlyMap<RejectionReason, readonly Way[]> {
  const found = new Map<RejectionReason, Way[]>();
  const add = (reason: RejectionReason, way: Way) => {
    const ways = found.get(reason) ?? [];
    found.set(reason, [...ways, way]);
  };
  for (const wrong of [ABSENT, ...WRONG])
    for (const column of columns) {
      const way = replacing(column, wrong);
      if (isInvalid(judge(way(valid)))) add('invalid_value', way);
    }
  for (const column of columns) {
    const way = replacing(column, refusedBy(column));
    if (refusedBy(column) !== null && 'row' in judge(way(valid))) add('rejected_by_postgres', way);
  }
  const [tooDeep] = [UNTAKEN, ...columns]
    .map(nesting)
    .filter((way) => isInvalid(judge(way(valid))));
  if (tooDeep) add('invalid_value', tooDeep);
  return found;
}

function isInvalid(decoded: Decoded): boolean {
  return 'reason' in decoded && decoded.reason === 'invalid_value';
}

/** Only what has one meaning: a transform, or an array, could make a value of it that PostgreSQL takes. */
function refusedBy({ spec, given }: Sampled): string | null {
  if (spec.transform || spec.array || given) return null;
  if (spec.type === 'timestamptz' && !spec.epoch) return TOO_FAR;
  return spec.type === 'enum' ? 'no value of the enum' : null;
}

function replacing({ name, source }: Pick<Sampled, 'name' | 'source'>, wrong: unknown): Way {
  const isText = isHeader(source) || (isKey(source) && source.key === null);
  return ({ drawn, build }) =>
    build(
      drawn.flatMap((one) => {
        if (one.name !== name) return [one];
        if (wrong === ABSENT) return [];
        return [{ ...one, value: isText && typeof wrong === 'object' ? 'not a value' : wrong }];
      }),
    );
}

/** A field that `rest()` takes. */
const UNTAKEN: Pick<Sampled, 'name' | 'spec' | 'source'> = {
  name: DEEP,
  spec: { type: 'jsonb' },
  source: [DEEP],
};

function nesting({ name, spec, source }: typeof UNTAKEN): Way {
  return ({ drawn, build }) => {
    const others = drawn.filter((one) => one.name !== name);
    const { value, ...record } = build([...others, { spec, source, value: DEEP }]);
    return { ...record, value: Buffer.from(String(value).replace(`"${DEEP}"`, NESTED)) };
  };
}
