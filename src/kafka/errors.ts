import { findErrorBy } from '@platformatic/kafka';
import { errorName, SinkError } from '../record/errors.ts';

/** What is wrong, the most telling first: when an error shows several of these, `explain` reports the first. */
export const FAULTS = [
  'login',
  'certificate',
  'permission',
  'topic',
  'group',
  'protocol',
  'unreachable',
  'closed',
  'unreadable',
  'unknown',
] as const;
export type KafkaFault = (typeof FAULTS)[number];

/** A fault, and a sentence that says what was wrong and what to do. */
export type Explanation = readonly [fault: KafkaFault, sentence: string];

/** Kafka cannot be used as it is configured. */
export class KafkaError extends SinkError {
  override readonly name = 'KafkaError';
  readonly retriable = false;
  readonly fault: KafkaFault;

  constructor(...[fault, sentence]: Explanation) {
    super(sentence);
    this.fault = fault;
  }
}

/** One error of the many that the client nests in each other. */
export interface Cause {
  /** Of Node.js: socket, name server, OpenSSL; or of the client. */
  readonly code?: unknown;
  /** Kafka's name of the error code in an answer. https://kafka.apache.org/protocol#protocol_error_codes */
  readonly apiId?: unknown;
}

/** An error with all errors that it gathers or that caused it, from the outermost to the innermost. */
export function* causesOf(error: unknown): Generator<Cause> {
  if (!(error instanceof Error)) return;
  yield error as Cause;
  yield* causesOf(error.cause);
  if (error instanceof AggregateError) for (const one of error.errors) yield* causesOf(one);
}

/** An error of the client in one word: Kafka's code for it, else that of the socket, else what is known of any error. */
export function kafkaCode(error: unknown): string {
  const causes = [...causesOf(error)];
  const ofKafka = causes.findLast(({ apiId }) => apiId)?.apiId;
  const ofSocket = causes.findLast(({ code }) => /^E[A-Z]+$/.test(String(code)))?.code;
  return String(ofKafka ?? ofSocket ?? errorName(error));
}

/** @returns the first of these of Kafka's error codes that an error of the client holds; undefined when it holds none */
export function findCode<T extends string>(error: unknown, codes: readonly T[]): T | undefined {
  return codes.find((code) => findErrorBy(error as Error, 'apiId', code));
}
