import { SinkError } from '../record/errors.ts';

/** What a user writes or asks for, such as a definition or a migration, cannot be used. The message says why and what to do. */
export class AuthoringError extends SinkError {
  override readonly name = 'AuthoringError';
  readonly retriable = false;
}
