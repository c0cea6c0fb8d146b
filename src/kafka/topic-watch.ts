import { within } from '../timing/within.ts';
import { ANSWER_MS, type KafkaClient } from './connection.ts';
import { type FoundTopic, findTopics, matchesPattern, type TopicOrPattern } from './find-topics.ts';
import type { Log } from './source.ts';

const CHECK_MS = 10_000;

const GONE = 'the topic does not exist any more';
const CREATED_AGAIN = 'the topic was created again, it is read from its first record on';

interface Parts {
  readonly client: KafkaClient;
  readonly wanted: readonly TopicOrPattern[];
  /** Whether no request to join the group is under way or has failed. */
  readonly isMember: () => boolean;
  /** Topics do not exist any more, whether or not there are others of their names. */
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
  /** Whether it was created again while this member was running, so that what the group has committed is of the one before. */
  isAnother(topic: string): boolean;
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
  let known: ReadonlyMap<string, FoundTopic> = new Map();
  const later = new Set<string>();
  const others = new Set<string>();
  /** Whether the group has to learn of a change. */
  let isChanged = false;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  const find = () => within(ANSWER_MS, () => findTopics(client, wanted));

  /**
   * Forgets topics that do not exist any more. The client fails to do anything while it subscribes to one.
   *
   * @returns whether there were any
   */
  function forget(found: ReadonlyMap<string, FoundTopic>): boolean {
    const gone = [...known].flatMap(([topic, { id }]) =>
      found.get(topic)?.id === id ? [] : [topic],
    );
    if (gone.length === 0) return false;
    isChanged = true;
    known = new Map([...known].filter(([topic]) => !gone.includes(topic)));
    for (const topic of gone) {
      const isThere = found.has(topic);
      log.warn(isThere ? CREATED_AGAIN : GONE, {
        topic,
        error: isThere ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION',
      });
      others.add(topic);
      client.topics.untrack(topic);
    }
    onGone(gone);
    return true;
  }

  async function check(): Promise<void> {
    const found = await find();
    forget(found);
    for (const [topic, { partitions }] of found) {
      const before = known.get(topic);
      if (before === undefined) later.add(topic);
      isChanged ||= partitions !== before?.partitions;
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
    /**
     * Forgets topics that do not exist any more, without waiting for the next check. Never throws.
     *
     * @returns whether there were any
     */
    async refresh(): Promise<boolean> {
      // A request would open a connection again that has just been closed.
      if (isStopped) return false;
      const isGone = await find().then(forget, () => false);
      // One that was created again waits for its members.
      if (isGone) void check().catch(() => {});
      return isGone;
    },
    /** This member has begun in its partitions: from now on, what the group commits is of the topics that there are. */
    begun(): void {
      for (const topic of known.keys()) others.delete(topic);
    },
    /** Whether a topic that was named has gone. */
    get isMissing(): boolean {
      return (
        timer !== undefined && wanted.some((one) => typeof one === 'string' && !known.has(one))
      );
    },
    /** Makes the client subscribe to the topics. Must be called before each request to join the group. */
    subscribe(): void {
      for (const topic of known.keys()) if (!client.topics.has(topic)) client.topics.track(topic);
    },
    get subscribed(): Subscribed {
      return {
        names: [...known.keys()],
        isLater: (topic) => later.has(topic),
        isAnother: (topic) => others.has(topic),
        isMatched: (topic) => !wanted.includes(topic),
      };
    },
  };
}
