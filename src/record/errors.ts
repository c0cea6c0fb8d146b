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

/**
 * Whether an error is one of this project. It asks for the form, not the class: an error of `timing/`, which knows nothing
 * of records, counts too.
 */
export function isSinkError(error: unknown): error is SinkError {
  return error instanceof Error && typeof (error as Partial<SinkError>).retriable === 'boolean';
}

/**
 * The name of an error, which is all that may be said of it when its message can quote data. Code of a user can set a name
 * too, and throw anything, so that only a word counts as one.
 */
export function errorName(error: unknown): string {
  if (!(error instanceof Error)) return `a ${typeof error}`;
  return /^\w{1,64}$/.test(error.name) ? error.name : 'an error';
}

/**
 * The code to decide by: a SQLSTATE, the code of a socket, DNS or TLS error, or the name of an AWS error. Never the
 * message, which can quote data.
 */
export function codeOf(error: unknown): string {
  const { code, name } = Object(error) as { code?: unknown; name?: unknown };
  if (name === 'DeadlineError') return 'ETIMEDOUT';
  return typeof code === 'string' ? code : String(name);
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
export type StoreFault =
  | 'record'
  | 'transient'
  /** A statement took too long: fewer rows may not. */
  | 'timeout'
  | 'credentials'
  | 'deployment';

/** PostgreSQL did not store the rows. */
export class StoreError extends SinkError {
  override readonly name = 'StoreError';
  readonly fault: StoreFault;
  /** SQLSTATE, or the code of a socket, DNS or TLS error; null where neither exists. */
  readonly code: string | null;
  readonly constraint: string | null;
  /** The table that PostgreSQL names, with its schema: a trigger can write to another one. Null where it names none. */
  readonly table: string | null;
  /** The function of the server that raised it; null where that is not known. */
  readonly routine: string | null;

  constructor(
    fault: StoreFault,
    message: string,
    code: string | null,
    constraint: string | null,
    table: string | null = null,
    routine: string | null = null,
  ) {
    super(message);
    this.fault = fault;
    this.code = code;
    this.constraint = constraint;
    this.table = table;
    this.routine = routine;
  }

  get retriable(): boolean {
    return this.fault === 'transient';
  }
}

/**
 * Whether PostgreSQL refused a statement for what is in it or in the table, so that fewer rows, or others, may be taken; an
 * outage or a deadline refuses all alike.
 */
export function isRefusal(error: unknown): error is StoreError {
  return error instanceof StoreError && (error.fault === 'record' || error.fault === 'deployment');
}

/** The circuit breaker is open: PostgreSQL, or SQS, failed repeatedly a moment ago and is not asked again yet. */
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
