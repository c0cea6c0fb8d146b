import { SinkError } from '../record/errors.ts';

/** A command of `dead-letters` cannot go on. The message says why and what to do, and holds no data. */
export class DeadLetterToolsError extends SinkError {
  override readonly name = 'DeadLetterToolsError';
  readonly retriable = false;
}
