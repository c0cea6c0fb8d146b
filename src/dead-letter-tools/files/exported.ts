import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import { toSqsText } from '../../dead-letter/message.ts';
import { isObject } from '../../record/guards.ts';
import { parcelOf } from '../queue/outgoing-message.ts';
import type { Message, Parcel } from '../queue/queue-client.ts';

/**
 * A message as a line of an export, in JSON: its id, when it was sent, its attributes, and the letter as an object, so that
 * tools for JSON can work with it. A body that would not come back from there byte by byte is kept as text.
 */
export function toLine({ id, sentAt, attributes, body }: Message): string {
  const texts = Object.entries(attributes).map(([name, { DataType, StringValue }]) => [
    name,
    { DataType, StringValue },
  ]);
  return JSON.stringify({
    messageId: id,
    sentAt: new Date(sentAt).toISOString(),
    attributes: Object.fromEntries(texts),
    ...bodyOf(body),
  });
}

function bodyOf(body: string): { letter: unknown } | { body: string } {
  try {
    const letter: unknown = JSON.parse(body);
    if (isObject(letter) && toSqsText(JSON.stringify(letter)) === body) return { letter };
  } catch {
    // Not JSON.
  }
  return { body };
}

export interface Exported {
  readonly messageId: string;
  readonly parcel: Parcel;
}

/** @returns the message; null where the line is none of an export */
export function fromLine(text: string): Exported | null {
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isObject(line) || typeof line.messageId !== 'string') return null;
  const { messageId, letter, attributes = {} } = line;
  const body = isObject(letter) ? toSqsText(JSON.stringify(letter)) : line.body;
  if (typeof body !== 'string' || body === '' || !isObject(attributes)) return null;
  if (!Object.values(attributes).every(isAttribute)) return null;
  return {
    messageId,
    parcel: parcelOf(body, attributes as Readonly<Record<string, MessageAttributeValue>>),
  };
}

const isAttribute = (value: unknown) =>
  isObject(value) && typeof value.DataType === 'string' && typeof value.StringValue === 'string';
