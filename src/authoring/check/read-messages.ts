import { elementsOf, membersOf } from '../../definition/slice.ts';
import { isObject } from '../../record/guards.ts';
import type { SinkRecord } from '../../record/record.ts';
import { AuthoringError } from '../authoring-error.ts';

/** A message of a file, as a record that could have come from Kafka. */
export interface Message {
  /** Where it stands: `line 3`, or `message 3` of an array. */
  readonly at: string;
  readonly record: SinkRecord;
}

interface Piece {
  readonly at: string;
  readonly text: string;
}

/**
 * Reads messages: one JSON value a line, one value over several lines, or an array of them. Each keeps its text, to the
 * last digit. They get the coordinates of a topic with one partition, and the time of now.
 *
 * @param form `values`: each is the value of a record; `records`: each is an object with `key`, `value` and `headers`
 * @throws {AuthoringError} when there is none, or one is no record
 */
export function readMessages(
  text: string,
  form: 'values' | 'records',
  topic: string,
): readonly Message[] {
  const timestamp = Date.now();
  const pieces = piecesOf(text);
  if (pieces.length === 0) throw new AuthoringError('There is no message in it.');
  return pieces.map(({ at, text }, offset) => ({
    at,
    record: {
      ...{ topic, partition: 0, offset, timestamp, timestampType: 'CREATE_TIME' },
      ...(form === 'values' ? valueOnly(text) : recordOf(text, at)),
    },
  }));
}

function piecesOf(text: string): Piece[] {
  if (isJson(text)) {
    const all = Array.isArray(JSON.parse(text)) ? elementsOf(text) : [text];
    return all.map((one, index) => ({ at: `message ${index + 1}`, text: one }));
  }
  const lines = text
    .split('\n')
    .map((line, index) => ({ at: `line ${index + 1}`, text: line }))
    .filter((line) => line.text.trim() !== '');
  // Where no line is JSON, they are one value with a mistake in it.
  return lines.length < 2 || lines.some((line) => isJson(line.text))
    ? lines
    : [{ at: 'message 1', text }];
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

type Content = Pick<SinkRecord, 'key' | 'value' | 'headers'>;

function valueOnly(text: string): Content {
  return { key: null, value: Buffer.from(text.trim()), headers: [] };
}

const NAMES = ['key', 'value', 'headers'];
const FORM =
  'must be {"key": …, "value": …, "headers": {…}}, of which key and headers can be left out';

function recordOf(text: string, at: string): Content {
  const fields = isJson(text) && isObject(JSON.parse(text)) ? membersOf(text) : null;
  const known = fields !== null && [...fields.keys()].every((name) => NAMES.includes(name));
  if (!known || !fields.has('value')) throw new AuthoringError(`${at}: ${FORM}.`);
  const headers = fields.get('headers') ?? '{}';
  if (!isObject(JSON.parse(headers)))
    throw new AuthoringError(`${at}: headers must be an object, such as {"tenant": "acme"}.`);
  const value = fields.get('value') ?? 'null';
  return {
    key: bytesOf(fields.get('key') ?? 'null'),
    value: value === 'null' ? null : Buffer.from(value),
    headers: [...membersOf(headers)].map(([name, json]) => ({ name, value: bytesOf(json) })),
  };
}

/** Of a key or a header: a string is the text itself, null is none, and all else is its JSON. */
function bytesOf(json: string): Buffer | null {
  const value: unknown = JSON.parse(json);
  if (value === null) return null;
  return Buffer.from(typeof value === 'string' ? value : json);
}
