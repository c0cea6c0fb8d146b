import { SinkError } from '../record/errors.ts';

/** A definition cannot be written or tried. The message says why and what to do. */
export class AuthoringError extends SinkError {
  override readonly name = 'AuthoringError';
  readonly retriable = false;
}
