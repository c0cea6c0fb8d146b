import {
  type API,
  type Callback,
  type CallbackWithPromise,
  type ClusterMetadata,
  Consumer,
  type ConsumerOptions,
  cooperativeStickyAssigner,
  kGetApi,
  kMetadata,
  kPerformWithRetry,
  type MetadataOptions,
} from '@platformatic/kafka';
import type { MemberSettings } from '../settings/consumer.ts';
import { connectionOptions, type KafkaClient } from './connection.ts';
import type { Position } from './source.ts';

export const HEARTBEAT_MS = 3000;

const NO_METADATA = Buffer.alloc(0);
const METADATA_RETRIES = 4;

/** What a member asks of its group all the time. */
const STEADY = ['heartbeat', 'commit'] as const;
type OnAnswer = (request: (typeof STEADY)[number], error: unknown) => void;

class GroupClient extends Consumer<Buffer, Buffer, Buffer, Buffer> {
  readonly #onAnswer: OnAnswer;

  constructor(options: ConsumerOptions<Buffer, Buffer, Buffer, Buffer>, onAnswer: OnAnswer) {
    super(options);
    this.#onAnswer = onAnswer;
  }

  /**
   * Gives up a request for the metadata of topics after some retries. Otherwise the client would ask for a deleted topic for
   * ever, and send no heartbeat meanwhile. The requests of a group that need the metadata are repeated without end anyway.
   */
  override [kMetadata](
    options: MetadataOptions,
    callback: CallbackWithPromise<ClusterMetadata>,
  ): void {
    super[kMetadata]({ retries: METADATA_RETRIES, ...options }, callback);
  }

  /**
   * Asks for what the group has committed without the member's id. By itself, the client sends the id and no generation, which
   * a group that has members of KIP-848's protocol takes for an old one.
   */
  override [kGetApi]<A extends unknown[], R>(name: string, callback: Callback<API<A, R>>): void {
    super[kGetApi]<A, R>(name, (error, api) => {
      if (name !== 'OffsetFetch' || !api) callback(error, api);
      else callback(error, withoutMember(api as unknown as OffsetFetch) as unknown as API<A, R>);
    });
  }

  /** Observes the answers: when the group has put a member out, the client joins it again without a word. */
  override [kPerformWithRetry]<T>(
    operation: string,
    work: (callback: Callback<T>, attempt: number) => void,
    callback: CallbackWithPromise<T>,
    attempt = 0,
    ...rest: [Error[]?, ((error: Error) => boolean)?, number?]
  ) {
    const request = STEADY.find((one) => one === operation);
    // It calls itself for each further attempt.
    if (!request || attempt > 0)
      return super[kPerformWithRetry](operation, work, callback, attempt, ...rest);
    const observed: Callback<T> = (error, result) => {
      this.#onAnswer(request, error);
      callback(error, result);
    };
    return super[kPerformWithRetry](operation, work, observed, attempt, ...rest);
  }
}

type OffsetFetch = ((
  ...args: [unknown, { memberId: string | null }[], ...unknown[]]
) => unknown) & {
  readonly version: number;
};

function withoutMember(api: OffsetFetch): OffsetFetch {
  const ask: (...args: Parameters<OffsetFetch>) => unknown = (connection, groups, ...rest) =>
    api(
      connection,
      groups.map((group) => ({ ...group, memberId: null })),
      ...rest,
    );
  return Object.assign(ask, { version: api.version });
}

/**
 * The client of a group member. It repeats each request that may succeed later, without end.
 *
 * @param delay milliseconds before the attempt of this number, from 1
 * @param beforeJoin each request to join the group waits for it
 * @param onAnswer gets how heartbeats and commits ended, with no error when they were taken
 */
export function createGroupClient(
  config: MemberSettings,
  delay: (attempt: number) => number,
  beforeJoin: () => Promise<void>,
  onAnswer: OnAnswer,
): KafkaClient {
  const options: ConsumerOptions<Buffer, Buffer, Buffer, Buffer> = {
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
  };
  return new GroupClient(options, onAnswer);
}

/** Positions in the form in which the client commits them. */
export function toOffsets(positions: readonly Position[]) {
  return positions.map(({ topic, partition, offset }) => ({
    ...{ topic, partition, leaderEpoch: -1 },
    offset: BigInt(offset),
  }));
}
