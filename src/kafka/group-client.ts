import {
  type CallbackWithPromise,
  type ClusterMetadata,
  Consumer,
  cooperativeStickyAssigner,
  kMetadata,
  type MetadataOptions,
} from '@platformatic/kafka';
import type { MemberSettings } from '../settings/consumer.ts';
import { connectionOptions, type KafkaClient } from './connection.ts';
import type { Position } from './source.ts';

export const HEARTBEAT_MS = 3000;

const NO_METADATA = Buffer.alloc(0);
const METADATA_RETRIES = 4;

/**
 * Gives up a request for the metadata of topics after some retries. Otherwise the client would ask for a deleted topic for
 * ever, and send no heartbeat meanwhile. The requests of a group that need the metadata are repeated without end anyway.
 */
class GroupClient extends Consumer<Buffer, Buffer, Buffer, Buffer> {
  override [kMetadata](
    options: MetadataOptions,
    callback: CallbackWithPromise<ClusterMetadata>,
  ): void {
    super[kMetadata]({ retries: METADATA_RETRIES, ...options }, callback);
  }
}

/**
 * The client of a group member. It repeats each request that may succeed later, without end.
 *
 * @param delay milliseconds before the attempt of this number, from 1
 * @param beforeJoin each request to join the group waits for it
 */
export function createGroupClient(
  config: MemberSettings,
  delay: (attempt: number) => number,
  beforeJoin: () => Promise<void>,
): KafkaClient {
  return new GroupClient({
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
    // By itself, the client of the group's leader assigns the leader's own topics only. During a deployment, other members can
    // subscribe to others.
    partitionAssigner: (current, members, _topics, metadata) =>
      cooperativeStickyAssigner(current, members, new Set(metadata.topics.keys()), metadata),
    retries: true,
    retryDelay: (_client, _operation, attempt) => delay(attempt),
    autocommit: false,
  });
}

/** Positions in the form in which the client commits them. */
export function toOffsets(positions: readonly Position[]) {
  return positions.map(({ topic, partition, offset }) => ({
    ...{ topic, partition, leaderEpoch: -1 },
    offset: BigInt(offset),
  }));
}
