const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * Prints text of a message on one line and without control characters, which could steer the terminal: anybody may have
 * sent the message.
 *
 * @param most how many characters are shown
 */
export function plain(text: string, most = 300): string {
  const safe = text.replace(CONTROL, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u${code.toString(16).padStart(4, '0')}`;
  });
  return safe.length > most ? `${safe.slice(0, most)}…` : safe;
}
