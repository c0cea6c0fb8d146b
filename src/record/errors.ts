/**
 * The errors that leave this project, one class for each decision that a caller can make.
 *
 * No message holds a record's key, value or headers, nor a credential (promise P8). That is why the errors of
 * `pg` and of the AWS SDK are not passed on as `cause`: their messages and details quote values, host names and
 * user names. What is needed to act is copied out of them instead: SQLSTATE, constraint, socket error code.
 */
export abstract class SinkError extends Error {
  /** Whether to try again in place, within the time that is left. */
  abstract readonly retriable: boolean;
}

/** A setting is missing, malformed or contradicts another. The process must not start. */
export class ConfigError extends SinkError {
  override readonly name = 'ConfigError';
  readonly retriable = false;
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    const count = problems.length === 1 ? '1 setting is' : `${problems.length} settings are`;
    super(`${count} wrong:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

/** The event is not one of a Kafka event source mapping: there is no record in it that could be named. */
export class InvalidEventError extends SinkError {
  override readonly name = 'InvalidEventError';
  readonly retriable = false;
}

/** Why PostgreSQL did not store something: whose fault it is decides what happens next. */
export type StoreFault = 'record' | 'transient' | 'credentials' | 'deployment';

/** PostgreSQL did not store the rows. */
export class StoreError extends SinkError {
  override readonly name = 'StoreError';
  readonly fault: StoreFault;
  /** SQLSTATE, or the code of a socket, DNS or TLS error; null where neither exists. */
  readonly code: string | null;
  readonly constraint: string | null;

  constructor(fault: StoreFault, message: string, code: string | null, constraint: string | null) {
    super(message);
    this.fault = fault;
    this.code = code;
    this.constraint = constraint;
  }

  get retriable(): boolean {
    return this.fault === 'transient';
  }
}

/** The time that was left for the work ran out. What is unfinished is delivered again. */
export class DeadlineError extends SinkError {
  override readonly name = 'DeadlineError';
  readonly retriable = false;
}

/** The circuit breaker is open: PostgreSQL failed repeatedly a moment ago and is not asked again yet. */
export class CircuitOpenError extends SinkError {
  override readonly name = 'CircuitOpenError';
  readonly retriable = false;
}

/** SQS did not accept a dead letter, or it was held back so that a redelivery does not repeat it. */
export class DeadLetterError extends SinkError {
  override readonly name = 'DeadLetterError';
  readonly retriable = true;
}

/** Records of the batch failed and the mapping does not read partial responses, so the whole batch must return. */
export class BatchFailedError extends SinkError {
  override readonly name = 'BatchFailedError';
  readonly retriable = false;
}

/** What may be said of an error whose message may quote data. */
export function errorName(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
