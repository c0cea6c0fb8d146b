/**
 * Decodes base64, the URL-safe alphabet too. `Buffer.from` skips what is neither without a word, so a broken value would
 * become other bytes; but then it yields fewer bytes than the length promises, which costs nothing to notice.
 *
 * @returns the bytes, or null when the text is not base64
 */
export function decodeBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === decodedLength(text) ? bytes : null;
}

/** The bytes that base64 of this length promises; a fraction, which no number of bytes equals, when it is cut off. */
function decodedLength(text: string): number {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return (text.length / 4) * 3 - padding;
}
