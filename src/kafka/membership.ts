import { PartitionMap, type TopicPartition } from '../record/partition.ts';
import type { KafkaClient } from './connection.ts';
import { HEARTBEAT_MS } from './group-client.ts';
import type { Subscriber } from './source.ts';

/** Three heartbeats without an answer, and a little. */
const SILENCE_MS = 3 * HEARTBEAT_MS + 1000;

/**
 * Knows which partitions are ours, and since which join without a break.
 *
 * The group rebalances cooperatively: a member keeps its partitions while the group is joined again. It gives up a
 * partition in a round of its own, after which it joins once more. So every loss shows before a join, as a partition that
 * the client no longer claims. Either the round that has just ended took it from us: it is revoked, and nobody has it
 * before we join again. Or we have missed a round: it is lost.
 */
export function createMembership() {
  /** By partition, the number of the join since which it is ours. A change makes a new map. */
  let owned = new PartitionMap<number>();
  let taken = new PartitionMap<true>();
  let joins = 0;
  let joined = false;
  let aliveAt = 0;

  function claimed(client: KafkaClient): PartitionMap<true> {
    // After a loss of membership the old assignment is no claim.
    const assignments = client.memberId === null ? [] : (client.assignments ?? []);
    return setOf(
      assignments.flatMap(({ topic, partitions }) =>
        partitions.map((partition) => ({ topic, partition })),
      ),
    );
  }

  function without(claims: PartitionMap<true>): TopicPartition[] {
    return owned.keys().filter((at) => !claims.has(at));
  }

  function drop(partitions: readonly TopicPartition[]): void {
    const dropped = setOf(partitions);
    owned = new PartitionMap([...owned].filter(([at]) => !dropped.has(at)));
  }

  return {
    get joined(): boolean {
      return joined && performance.now() - aliveAt < SILENCE_MS;
    },
    /** Whether the group takes commits: not while it is being joined, because a commit would restart that. */
    get stable(): boolean {
      return joined;
    },
    /** The partitions that are ours. */
    owned: (): TopicPartition[] => owned.keys(),
    /** @returns a function that tells whether a partition that is ours now is still so, without a break since */
    remember(): (at: TopicPartition) => boolean {
      const then = owned;
      return (at) => owned.has(at) && owned.get(at) === then.get(at);
    },
    /** Topics do not exist any more: their partitions are nobody's. */
    forget(topics: readonly string[], subscriber: Subscriber): void {
      const gone = owned.keys().filter(({ topic }) => topics.includes(topic));
      drop(gone);
      subscriber.lost(gone);
    },
    /** Called before each request to join the group; the request waits for it. */
    async beforeJoin(client: KafkaClient, subscriber: Subscriber): Promise<void> {
      const gone = without(claimed(client));
      const revoked = gone.filter((at) => taken.has(at));
      const lost = gone.filter((at) => !taken.has(at));
      taken = new PartitionMap();
      drop(lost);
      subscriber.lost(lost);
      // When the last commit of a revoked partition makes the client join at once, this runs again, and it is lost.
      joined = revoked.length > 0;
      if (revoked.length > 0) await subscriber.revoked(revoked);
      drop(revoked);
      joined = false;
    },
    /** Follows the client's membership, and calls `onJoin` after each join. */
    follow(client: KafkaClient, subscriber: Subscriber, onJoin: () => void): void {
      client.on('consumer:group:rebalance', () => {
        taken = setOf(without(claimed(client)));
      });
      client.on('consumer:heartbeat:end', () => {
        aliveAt = performance.now();
      });
      client.on('consumer:group:join', () => {
        joins += 1;
        joined = true;
        aliveAt = performance.now();
        const claims = claimed(client);
        subscriber.lost(without(claims));
        owned = new PartitionMap(claims.keys().map((at) => [at, owned.get(at) ?? joins]));
        onJoin();
      });
    },
  };
}

function setOf(partitions: readonly TopicPartition[]): PartitionMap<true> {
  return new PartitionMap(partitions.map((at) => [at, true]));
}
