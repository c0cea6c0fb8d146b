import { Consumer } from '@platformatic/kafka';
import type { ConsumerSettings } from '../settings/consumer.ts';
import { connectionOptions } from './connection.ts';

/** A member of a consumer group; what it delivers are bytes. */
export type KafkaClient = Consumer<Buffer, Buffer, Buffer, Buffer>;

export const HEARTBEAT_MS = 3000;

const NO_METADATA = Buffer.alloc(0);

/**
 * The client for the consumer's settings. It repeats for ever what may succeed when repeated.
 *
 * @param delay in milliseconds before the attempt of this number, from 1
 * @param beforeJoin what each request to join the group waits for
 */
export function createClient(
  config: ConsumerSettings,
  delay: (attempt: number) => number,
  beforeJoin: () => Promise<void>,
): KafkaClient {
  return new Consumer({
    ...connectionOptions(config.connection),
    clientId: 'kafka-pg-sink',
    groupId: config.groupId,
    ...(config.groupInstanceId && { groupInstanceId: config.groupInstanceId }),
    sessionTimeout: config.sessionTimeoutMs,
    rebalanceTimeout: config.sessionTimeoutMs,
    heartbeatInterval: Math.min(HEARTBEAT_MS, config.sessionTimeoutMs / 3),
    protocols: [{ name: 'cooperative-sticky', version: 3 }],
    // The client asks for them before each such request, and waits.
    protocolsMetadata: () => beforeJoin().then(() => NO_METADATA),
    retries: true,
    retryDelay: (_client, _operation, attempt) => delay(attempt),
    autocommit: false,
  });
}
