import { findErrorBy } from '@platformatic/kafka';
import { SinkError } from '../record/errors.ts';

/** What is wrong, the most telling first: when an error shows several of these, `explain` reports the first. */
export const FAULTS = [
  'login',
  'certificate',
  'permission',
  'topic',
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

/** @returns the first of these of Kafka's error codes that an error of the client holds; undefined when it holds none */
export function findCode<T extends string>(error: unknown, codes: readonly T[]): T | undefined {
  return codes.find((code) => findErrorBy(error as Error, 'apiId', code));
}
