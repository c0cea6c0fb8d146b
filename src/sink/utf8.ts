import { isUtf8 } from 'node:buffer';

/** @returns the text, or null when the bytes are not UTF-8 */
export function decodeUtf8(bytes: Buffer): string | null {
  const text = bytes.toString('utf8');
  // What is not UTF-8 becomes U+FFFD; so only where there is one must the bytes be looked at.
  return text.includes('\uFFFD') && !isUtf8(bytes) ? null : text;
}
