import { TimeoutError } from '@platformatic/kafka';
import { SinkError } from '../record/errors.ts';
import type { KafkaConnectionSettings } from '../settings/kafka.ts';
import { explainLogin } from './explain-login.ts';
import { explainTls } from './explain-tls.ts';

/** What does not fit; where several things do not, the first of these is told. */
const FAULTS = [
  'login',
  'certificate',
  'permission',
  'topic',
  'protocol',
  'unreachable',
  'closed',
  'unknown',
] as const;
export type KafkaFault = (typeof FAULTS)[number];

/** A fault, and in a sentence what was wrong and what to do. */
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

interface Target {
  readonly connection: KafkaConnectionSettings;
  readonly topic: string;
}

/**
 * Says in plain words why Kafka cannot be used. It decides by codes and types; and it keeps nothing of the client's
 * errors, as they hold the requests and answers of the login.
 *
 * @param error any error of the client
 * @param target what was to be reached
 */
export function toKafkaError(error: unknown, target: Target): KafkaError {
  const causes = [...causesOf(error)];
  const own = causes.find((cause) => cause instanceof KafkaError);
  if (own) return own;
  const explanations = causes.flatMap((cause) => {
    const explanation =
      explainLogin(cause, target.connection) ??
      explainTls(cause, target.connection) ??
      explainRequest(cause, target) ??
      explainNetwork(cause, target.connection);
    return explanation ? [explanation] : [];
  });
  const [first] = explanations.sort(([a], [b]) => FAULTS.indexOf(a) - FAULTS.indexOf(b));
  return new KafkaError(...(first ?? unexplained(causes, target.connection)));
}

/** An error, those that it gathers and those that caused it, from the outermost to the innermost. */
function* causesOf(error: unknown): Generator<Cause> {
  if (!(error instanceof Error)) return;
  yield error as Cause;
  yield* causesOf(error.cause);
  if (error instanceof AggregateError) for (const part of error.errors) yield* causesOf(part);
}

export function unknownTopic(topic: string): Explanation {
  return ['topic', `Kafka has no topic ${topic}: create it, or set KAFKA_TOPIC.`];
}

function explainRequest(cause: Cause, { topic }: Target): Explanation | undefined {
  if (cause.apiId === 'UNKNOWN_TOPIC_OR_PARTITION') return unknownTopic(topic);
  if (cause.apiId === 'LEADER_NOT_AVAILABLE')
    return [
      'unreachable',
      `A partition of the topic ${topic} has no leader at the moment: check that all of Kafka's brokers run.`,
    ];
  if (cause.apiId === 'TOPIC_AUTHORIZATION_FAILED')
    return [
      'permission',
      `Kafka does not let this user read the topic ${topic}: grant it READ on the topic, or set KAFKA_TOPIC.`,
    ];
  if (cause.apiId === 'GROUP_AUTHORIZATION_FAILED')
    return [
      'permission',
      'Kafka does not let this user join the consumer group: grant it READ on the group, or set KAFKA_GROUP_ID.',
    ];
  return undefined;
}

function explainNetwork(
  cause: Cause,
  { bootstrapServers, connectTimeoutMs }: KafkaConnectionSettings,
): Explanation | undefined {
  const servers = bootstrapServers.join(', ');
  if (cause instanceof TimeoutError || cause.code === 'ETIMEDOUT')
    return [
      'unreachable',
      `No Kafka broker answered at ${servers} within ${connectTimeoutMs} ms: check KAFKA_BOOTSTRAP_SERVERS, that the broker runs, and that no firewall is between; KAFKA_CONNECT_TIMEOUT_MS gives it longer.`,
    ];
  if (cause.code === 'ECONNREFUSED')
    return [
      'unreachable',
      `No Kafka broker answered at ${servers}: the connection was refused (ECONNREFUSED). Check KAFKA_BOOTSTRAP_SERVERS and that the broker runs.`,
    ];
  if (cause.code === 'ENOTFOUND' || cause.code === 'EAI_AGAIN')
    return [
      'unreachable',
      `No Kafka broker was found at ${servers}: the host name is unknown (${cause.code}). Check KAFKA_BOOTSTRAP_SERVERS and the name server.`,
    ];
  return undefined;
}

function unexplained(
  causes: readonly Cause[],
  { bootstrapServers }: KafkaConnectionSettings,
): Explanation {
  const servers = bootstrapServers.join(', ');
  const { apiId, code } = causes.findLast((cause) => cause.apiId ?? cause.code) ?? {};
  if (apiId === undefined && /^(PLT_KFK_NETWORK|E[A-Z]+)$/.test(String(code)))
    return [
      'closed',
      `The connection to Kafka at ${servers} broke (${code}): check KAFKA_BOOTSTRAP_SERVERS, that the port is the one for KAFKA_SECURITY_PROTOCOL, and the broker's log.`,
    ];
  return [
    'unknown',
    `Kafka at ${servers} cannot be used (${apiId ?? code ?? 'unknown error'}): see the broker's log.`,
  ];
}
