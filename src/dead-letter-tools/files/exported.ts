import { type SqsMessage, sqsMessage, toSqsText } from '../../dead-letter/sqs-message.ts';
import { isObject } from '../../record/guards.ts';
import type { Message } from '../queue/queue-client.ts';

/**
 * Writes a message as one line of an exported file, in JSON: its id, its sending time, its attributes, and the dead letter
 * as an object, so that JSON tools can work with it. A body that would not survive this byte by byte stays text, in `body`.
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

function bodyOf(body: string): { deadLetter: unknown } | { body: string } {
  try {
    const deadLetter: unknown = JSON.parse(body);
    if (isObject(deadLetter) && toSqsText(JSON.stringify(deadLetter)) === body)
      return { deadLetter };
  } catch {
    // Not JSON.
  }
  return { body };
}

export interface Exported {
  readonly messageId: string;
  readonly message: SqsMessage;
}

/** @returns null when the line is not one of an exported file */
export function fromLine(text: string): Exported | null {
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isObject(line) || typeof line.messageId !== 'string') return null;
  const { messageId, deadLetter, attributes = {} } = line;
  const body = isObject(deadLetter) ? toSqsText(JSON.stringify(deadLetter)) : line.body;
  if (typeof body !== 'string' || body === '' || !isObject(attributes)) return null;
  if (!Object.values(attributes).every(isAttribute)) return null;
  return {
    messageId,
    message: sqsMessage(body, attributes as SqsMessage['attributes']),
  };
}

const isAttribute = (value: unknown) =>
  isObject(value) && typeof value.DataType === 'string' && typeof value.StringValue === 'string';
