import { Consumer } from '@platformatic/kafka';
import type { ConsumerSettings } from '../settings/consumer.ts';
import { connectionOptions, type KafkaClient } from './connection.ts';
import type { Position } from './source.ts';

export const HEARTBEAT_MS = 3000;

const NO_METADATA = Buffer.alloc(0);

/**
 * The client of a group member. It repeats each request that may succeed later, without end.
 *
 * @param delay milliseconds before the attempt of this number, from 1
 * @param beforeJoin each request to join the group waits for it
 */
export function createGroupClient(
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
    // The client calls this before each request to join, and waits.
    protocolsMetadata: () => beforeJoin().then(() => NO_METADATA),
    retries: true,
    retryDelay: (_client, _operation, attempt) => delay(attempt),
    autocommit: false,
  });
}

/** Positions in the form in which the client commits them. */
export function toOffsets(topic: string, positions: readonly Position[]) {
  return positions.map(({ partition, offset }) => ({
    ...{ topic, partition, leaderEpoch: -1 },
    offset: BigInt(offset),
  }));
}
