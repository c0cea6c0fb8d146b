import { sizeOf } from '../../dead-letter/message.ts';
import type { Parcel } from './queue-client.ts';

/** A message to send. */
export function parcelOf(body: string, attributes: Parcel['attributes']): Parcel {
  return { body, attributes, bytes: Buffer.byteLength(body) + sizeOf(attributes) };
}
