import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Reader } from './reader.ts';
import type { Setting } from './setting.ts';

const PARSERS = {
  certificate: (pem: string) => new X509Certificate(pem),
  'private key': (pem: string) => createPrivateKey(pem),
} as const;

/**
 * Reads the file that a setting names; what is wrong is noted in `reader`, without the file's content.
 *
 * @param file the setting's value
 * @returns the text of the file; undefined when there is none that can be used
 */
export function readPem(
  reader: Reader,
  { variable, kind }: Setting,
  file: string | undefined,
  content: keyof typeof PARSERS,
): string | undefined {
  if (file === undefined) return undefined;
  let read = false;
  try {
    const pem = readFileSync(file, 'utf8');
    read = true;
    // OpenSSL passes over what it cannot read, and the handshake would fail for another reason later.
    PARSERS[content](pem);
    return pem;
  } catch (error) {
    const why = read ? `holds no usable ${content}` : 'cannot be read';
    const { code } = error as NodeJS.ErrnoException;
    reader.problem(`${variable}=${JSON.stringify(file)} ${why} (${code}): must be ${kind.mustBe}`);
    return undefined;
  }
}
