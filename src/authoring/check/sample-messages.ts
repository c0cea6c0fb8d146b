import type { AnyDefinition } from '../../definition/define.ts';
import { parseExact } from '../../definition/exact-json.ts';
import { isObject } from '../../record/guards.ts';
import type { SinkRecord } from '../../record/record.ts';
import { decodeUtf8 } from '../../record/utf8.ts';
import { createSampler, type SamplerOptions } from '../sample/sampler.ts';
import type { Message } from './read-messages.ts';

/**
 * Invents messages that the definition takes; the same ones each time, but for the time of now.
 *
 * @param count 1 or more
 * @param known what the database says of values: those of enums, and of the column that decides between partitions
 * @throws {DefinitionError} when there is a column for which no value is known, or no valid record is found
 */
export function sampleMessages(
  definition: AnyDefinition,
  topic: string,
  count: number,
  known: Pick<SamplerOptions, 'labels' | 'given'>,
): readonly Message[] {
  const sampler = createSampler(definition, known);
  const timestamp = Date.now();
  return Array.from({ length: count }, (_, offset) => ({
    at: `sample ${offset + 1}`,
    record: {
      ...{ topic, partition: 0, offset, timestamp, timestampType: 'CREATE_TIME' },
      ...sampler.make(offset),
    },
  }));
}

/**
 * A record as `check --records` reads it, for `JSON.stringify`, with all digits.
 *
 * @returns null where its key or a header is not text, which that form cannot hold
 */
export function toForm({ key, value, headers }: SinkRecord): object | null {
  const texts = [key, ...headers.map((header) => header.value)].map(textOf);
  if (texts.includes(undefined)) return null;
  const [keyText, ...headerTexts] = texts;
  return {
    key: keyText,
    headers: Object.fromEntries(headers.map(({ name }, at) => [name, headerTexts[at]])),
    value: value && parseExact(value.toString()),
  };
}

/** What is an object or an array is shown as one; any other text is a string. Undefined where it is no text. */
function textOf(bytes: Buffer | null): unknown {
  if (bytes === null) return null;
  const text = decodeUtf8(bytes);
  if (text === null) return undefined;
  try {
    const json = parseExact(text);
    return Array.isArray(json) || isObject(json) ? json : text;
  } catch {
    return text;
  }
}
