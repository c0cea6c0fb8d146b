import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Reader } from './reader.ts';
import type { Setting } from './setting.ts';

const PARSERS = {
  certificate: parseAll,
  'private key': (pem: string) => createPrivateKey(pem),
} as const;

/** Each certificate of a bundle. OpenSSL takes those before the first that it cannot read, and says nothing of the rest. */
function parseAll(pem: string): void {
  const blocks = pem.split(/(?=-----BEGIN )/).filter((block) => block.startsWith('-----BEGIN '));
  for (const [index, block] of (blocks.length > 0 ? blocks : [pem]).entries())
    try {
      new X509Certificate(block);
    } catch (error) {
      throw Object.assign(error as Error, { damaged: index > 0 });
    }
}

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
    // Else the handshake would fail for another reason later.
    PARSERS[content](pem);
    return pem;
  } catch (error) {
    const { code, damaged } = error as NodeJS.ErrnoException & { damaged?: boolean };
    const unusable = damaged ? 'is damaged or cut off' : `holds no usable ${content}`;
    const why = read ? unusable : 'cannot be read';
    reader.problem(`${variable}=${JSON.stringify(file)} ${why} (${code}): must be ${kind.mustBe}`);
    return undefined;
  }
}
