const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * Text of a message, on one line and harmless: anybody may have sent it, and control characters steer a terminal.
 *
 * @param most characters that are shown
 */
export function plain(text: string, most = 300): string {
  const safe = text.replace(CONTROL, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u${code.toString(16).padStart(4, '0')}`;
  });
  return safe.length > most ? `${safe.slice(0, most)}…` : safe;
}
