import { within } from '../timing/within.ts';
import { ANSWER_MS, type KafkaClient } from './connection.ts';
import { findTopics, matchesPattern, type TopicOrPattern } from './find-topics.ts';
import type { Log } from './source.ts';

const CHECK_MS = 10_000;

interface Parts {
  readonly client: KafkaClient;
  readonly wanted: readonly TopicOrPattern[];
  /** Whether no request to join the group is under way or has failed. */
  readonly isMember: () => boolean;
  /** Topics do not exist any more. */
  readonly onGone: (topics: readonly string[]) => void;
  /** Joins the group again, and resolves when it is joined. */
  readonly join: () => Promise<void>;
  readonly log: Log;
}

/** The topics that a member subscribes to now. */
export interface Subscribed {
  readonly names: readonly string[];
  /** Whether it appeared while this member was running, so that all of its records are new. */
  isLater(topic: string): boolean;
  /** Whether only a pattern names it. */
  isMatched(topic: string): boolean;
}

export type TopicWatch = ReturnType<typeof createTopicWatch>;

/**
 * Looks up which of the wanted topics there are, and looks again regularly: for topics that appear or go, and for
 * partitions that were added. A group learns of these only when its members join again. The leader's request to join makes
 * everybody join; the request of another member does so when its topics are others than before.
 */
export function createTopicWatch({ client, wanted, isMember, onGone, join, log }: Parts) {
  let known: ReadonlyMap<string, number> = new Map();
  const later = new Set<string>();
  /** Whether the group has to learn of a change. */
  let isChanged = false;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  const find = () => within(ANSWER_MS, () => findTopics(client, wanted));

  /** Forgets topics that do not exist any more. The client fails to do anything while it subscribes to one. */
  function forget(found: ReadonlyMap<string, number>): void {
    const gone = [...known.keys()].filter((topic) => !found.has(topic));
    if (gone.length === 0) return;
    isChanged = true;
    known = new Map([...known].filter(([topic]) => found.has(topic)));
    for (const topic of gone) {
      log.warn('the topic does not exist any more', { topic });
      client.topics.untrack(topic);
    }
    onGone(gone);
  }

  async function check(): Promise<void> {
    const found = await find();
    forget(found);
    for (const [topic, partitions] of found) {
      const before = known.get(topic);
      if (before === undefined) later.add(topic);
      isChanged ||= partitions !== before;
    }
    // Topics must not be added between a request to join and the assignment. The next check comes soon.
    if (!isChanged || !isMember()) return;
    known = found;
    isChanged = false;
    await join();
  }

  return {
    async start(): Promise<void> {
      known = await find();
      for (const one of wanted)
        if (one instanceof RegExp && ![...known.keys()].some((topic) => matchesPattern(one, topic)))
          log.warn('no topic matches the pattern yet', { pattern: String(one) });
      if (isStopped) return;
      // A check that fails is followed by the next one.
      timer = setInterval(() => void check().catch(() => {}), CHECK_MS).unref();
    },
    stop(): void {
      isStopped = true;
      clearInterval(timer);
    },
    /** Forgets topics that do not exist any more, without waiting for the next check. Never throws. */
    async refresh(): Promise<void> {
      // A request would open a connection again that has just been closed.
      if (!isStopped) await find().then(forget, () => {});
    },
    /** Makes the client subscribe to the topics. Must be called before each request to join the group. */
    subscribe(): void {
      for (const topic of known.keys()) if (!client.topics.has(topic)) client.topics.track(topic);
    },
    get subscribed(): Subscribed {
      return {
        names: [...known.keys()],
        isLater: (topic) => later.has(topic),
        isMatched: (topic) => !wanted.includes(topic),
      };
    },
  };
}
