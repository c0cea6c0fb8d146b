import { SinkError } from '../record/errors.ts';

/** A command of `dead-letters` cannot go on. The message says why, and what to do; it holds no data. */
export class LettersError extends SinkError {
  override readonly name = 'LettersError';
  readonly retriable = false;
}
