import { isUtf8 } from 'node:buffer';
import { decodeBase64, decodedLength } from '../record/base64.ts';

export const NOT_BASE64 = Symbol('not base64');
export const NOT_UTF8 = Symbol('not UTF-8');

/** Values that are decoded here one after the other: to make a buffer for each took longer than to decode it. */
const scratch = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * Decodes a value that should be UTF-8 text in base64.
 *
 * @returns the text, or what the value is not
 */
export function decodeText(value: string): string | typeof NOT_BASE64 | typeof NOT_UTF8 {
  if (value.length > scratch.length) {
    const bytes = decodeBase64(value);
    return bytes ? textOf(bytes, bytes.length) : NOT_BASE64;
  }
  const length = scratch.write(value, 'base64');
  return length === decodedLength(value) ? textOf(scratch, length) : NOT_BASE64;
}

/** What is not UTF-8 becomes U+FFFD; so only where there is one must the bytes be looked at. */
function textOf(bytes: Buffer, length: number): string | typeof NOT_UTF8 {
  const text = bytes.toString('utf8', 0, length);
  return text.includes('\uFFFD') && !isUtf8(bytes.subarray(0, length)) ? NOT_UTF8 : text;
}
