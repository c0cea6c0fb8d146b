import { isIP } from 'node:net';
import { type Encode, Invalid } from '../invalid.ts';

const NOT_AN_ADDRESS = new Invalid('not an IP address');
const ADDRESS = /^([\da-fA-F:.]+)(?:\/(0|[1-9]\d{0,2}))?$/;

/** An IPv4 or IPv6 address, with or without the bits of its network: `10.0.0.1`, `10.0.0.1/8`, `::1`. */
export const inet: Encode = (value) => {
  const [text, address = '', bits = '0'] =
    typeof value === 'string' ? (ADDRESS.exec(value) ?? []) : [];
  const version = isIP(address);
  const most = version === 4 ? 32 : 128;
  return text === undefined || version === 0 || Number(bits) > most ? NOT_AN_ADDRESS : text;
};
