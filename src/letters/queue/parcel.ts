import { sizeOf } from '../../dead-letter/letter.ts';
import type { Parcel } from './mailbox.ts';

/** A message to send. */
export function parcelOf(body: string, attributes: Parcel['attributes']): Parcel {
  return { body, attributes, bytes: Buffer.byteLength(body) + sizeOf(attributes) };
}
