import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { EnvReader } from './reader.ts';

const KINDS = {
  certificate: {
    parse: (pem: string) => new X509Certificate(pem),
    accepted: 'a readable file with certificates in PEM form',
  },
  'private key': {
    parse: (pem: string) => createPrivateKey(pem),
    accepted: 'a readable file with a private key in PEM form, without passphrase',
  },
} as const;

/**
 * Reads the file that a setting names; what is wrong is noted in `env`, without the file's content.
 *
 * @returns the text of the file; undefined where the setting is not set or names no such file
 */
export function readPem(
  env: EnvReader,
  name: string,
  kind: keyof typeof KINDS,
): string | undefined {
  const file = env.given(name);
  if (file === undefined) return undefined;
  const { parse, accepted } = KINDS[kind];
  let read = false;
  try {
    const pem = readFileSync(file, 'utf8');
    read = true;
    // OpenSSL passes over what it cannot read, and the handshake would fail for another reason later.
    parse(pem);
    return pem;
  } catch (error) {
    const why = read ? `holds no usable ${kind}` : 'cannot be read';
    const { code } = error as NodeJS.ErrnoException;
    env.problem(`${name}=${JSON.stringify(file)} ${why} (${code}): accepted is ${accepted}`);
    return undefined;
  }
}
