import { decodeBase64 } from '../../record/base64.ts';
import { type Encode, Invalid } from '../invalid.ts';

const HEX = /^(?:\\x)?((?:[\da-fA-F]{2})*)$/;

const toHex = (bytes: Uint8Array) =>
  `\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`;

/**
 * Bytes. A record's key and headers are bytes already; JSON holds them in text.
 *
 * @param encoding `base64` takes the URL-safe alphabet too, and padding may be left out; `hex` takes PostgreSQL's own `\x`
 */
export function bytea(encoding: 'base64' | 'hex'): Encode {
  const invalid = new Invalid(`not ${encoding}`);
  const decode = encoding === 'hex' ? fromHex : fromBase64;
  return (value) => {
    if (value instanceof Uint8Array) return toHex(value);
    return (typeof value === 'string' ? decode(value) : null) ?? invalid;
  };
}

function fromHex(text: string): string | null {
  const digits = HEX.exec(text)?.[1];
  return digits === undefined ? null : `\\x${digits.toLowerCase()}`;
}

function fromBase64(text: string): string | null {
  const bytes = decodeBase64(text + '==='.slice((text.length + 3) % 4));
  return bytes && toHex(bytes);
}
