import { isUtf8 } from 'node:buffer';

/** @returns the text, or null when the bytes are not UTF-8 */
export function decodeUtf8(bytes: Buffer): string | null {
  const text = bytes.toString('utf8');
  // What is not UTF-8 becomes U+FFFD; so the bytes must be checked only when the text has one.
  return text.includes('\uFFFD') && !isUtf8(bytes) ? null : text;
}
