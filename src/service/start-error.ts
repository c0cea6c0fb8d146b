import { SinkError } from '../record/errors.ts';

/** The service cannot start as it is set up. */
export class StartError extends SinkError {
  override readonly name = 'StartError';
  readonly retriable = false;
}
