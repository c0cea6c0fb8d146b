import { type Encode, Invalid } from '../invalid.ts';

/** PostgreSQL's canonical form, any version and variant: its uuid type can hold any. Counted repeats are slower. */
const UUID = new RegExp(
  `^${[8, 4, 4, 4, 12].map((digits) => '[\\da-fA-F]'.repeat(digits)).join('-')}$`,
);

const NOT_A_UUID = new Invalid('not a UUID');

/** In lower case, as PostgreSQL writes it, so that one UUID has one text. */
export const uuid: Encode = (value) =>
  typeof value === 'string' && UUID.test(value) ? value.toLowerCase() : NOT_A_UUID;
