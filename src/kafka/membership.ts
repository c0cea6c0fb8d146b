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
export function createMembership(topic: string) {
  /** By partition, the number of the join since which it is ours. */
  let owned: ReadonlyMap<number, number> = new Map();
  let taken: ReadonlySet<number> = new Set();
  let joins = 0;
  let joined = false;
  let aliveAt = 0;

  function claimed(client: KafkaClient): Set<number> {
    // After a loss of membership the old assignment is no claim.
    if (client.memberId === null) return new Set();
    const assignment = client.assignments?.find((one) => one.topic === topic);
    return new Set(assignment?.partitions);
  }

  function without(claims: ReadonlySet<number>): number[] {
    return [...owned.keys()].filter((partition) => !claims.has(partition));
  }

  function drop(partitions: readonly number[]): void {
    owned = new Map([...owned].filter(([partition]) => !partitions.includes(partition)));
  }

  return {
    get joined(): boolean {
      return joined && performance.now() - aliveAt < SILENCE_MS;
    },
    /** Whether the group takes commits: not while it is being joined, because a commit would restart that. */
    get stable(): boolean {
      return joined;
    },
    get owned(): ReadonlyMap<number, number> {
      return owned;
    },
    /** @returns a function that tells whether a partition that is ours now is still so, without a break since */
    remember(): (partition: number) => boolean {
      const then = owned;
      return (partition) => owned.has(partition) && owned.get(partition) === then.get(partition);
    },
    /** Called before each request to join the group; the request waits for it. */
    async beforeJoin(client: KafkaClient, subscriber: Subscriber): Promise<void> {
      const gone = without(claimed(client));
      const revoked = gone.filter((partition) => taken.has(partition));
      const lost = gone.filter((partition) => !taken.has(partition));
      taken = new Set();
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
        taken = new Set(without(claimed(client)));
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
        owned = new Map([...claims].map((partition) => [partition, owned.get(partition) ?? joins]));
        onJoin();
      });
    },
  };
}
