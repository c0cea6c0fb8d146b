import { TimeoutError } from '@platformatic/kafka';
import type { KafkaConnectionSettings } from '../settings/kafka.ts';
import { DeadlineError } from '../timing/deadline.ts';
import type { Cause, Explanation } from './errors.ts';

/** Explains why no broker answered; undefined when the cause is something else. */
export function explainNetwork(
  cause: Cause,
  { bootstrapServers, connectTimeoutMs }: KafkaConnectionSettings,
): Explanation | undefined {
  const servers = bootstrapServers.join(', ');
  if (cause instanceof DeadlineError)
    return [
      'unreachable',
      `Kafka at ${servers} has not answered for a minute: check that its brokers run.`,
    ];
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
