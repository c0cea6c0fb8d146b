import { Invalid } from '../invalid.ts';

export const TOO_FINE = new Invalid(
  'finer than a microsecond, which the column would round; round: true in the definition allows that',
);
