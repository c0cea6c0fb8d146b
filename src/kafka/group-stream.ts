import { setTimeout as sleep } from 'node:timers/promises';
import { PartitionMap, type TopicPartition } from '../record/partition.ts';
import type { MemberSettings } from '../settings/consumer.ts';
import { within } from '../timing/within.ts';
import type { Complaints } from './complaints.ts';
import { ANSWER_MS, type KafkaClient } from './connection.ts';
import { kafkaCode } from './errors.ts';
import { toOffsets } from './group-client.ts';
import type { createMembership } from './membership.ts';
import type { Log, Subscriber } from './source.ts';
import { findStarts, type Start } from './start-offsets.ts';
import { unreadableRecord } from './step-over.ts';
import { openStream, type RecordStream } from './stream.ts';
import type { TopicWatch } from './topic-watch.ts';

interface Parts {
  readonly config: MemberSettings;
  readonly client: KafkaClient;
  readonly membership: ReturnType<typeof createMembership>;
  readonly watch: TopicWatch;
  /** Milliseconds before the attempt of this number, from 1. */
  readonly delay: (attempt: number) => number;
  readonly complaints: Complaints;
  readonly log: Log;
}

/** By which Kafka says that a topic is not there any more: the watch has more to say of it. */
const OF_TOPICS = ['UNKNOWN_TOPIC_ID', 'UNKNOWN_TOPIC_OR_PARTITION', 'INCONSISTENT_TOPIC_ID'];

/** A rebalance gives a new member its partitions in a second round. */
const IDLE_MS = 5000;
const IDLE =
  'this member of the group has no partition: the group has more members than its topics have partitions, or other members take other topics';

/**
 * Keeps a stream of records open for the partitions of a group member.
 *
 * A stream serves until the group is joined again or it breaks. The next one goes on behind the last record that arrived
 * in the partitions that are still ours, and at the group's position in the others. What an old stream still delivers is
 * ignored, so that a fetch from before a rebalance can never skip records after it.
 */
export function createGroupStream(parts: Parts) {
  const { config, client, membership, watch, delay, complaints, log } = parts;
  let stream: RecordStream | undefined;
  /** Number of the latest attempt to open a stream; an earlier one gives up. */
  let latest = 0;
  let breaks = 0;
  let paused = false;
  let closed = false;

  async function open(group: Subscriber): Promise<void> {
    latest += 1;
    const mine = latest;
    const isOutdated = () => closed || mine !== latest;
    stream?.close();
    stream = undefined;
    for (let attempt = 1; !isOutdated(); attempt += 1) {
      try {
        const partitions = membership.owned();
        const added = partitions.filter((at) => group.position(at) === undefined);
        const { starts, others } = await within(ANSWER_MS, () =>
          findStarts(client, watch.subscribed, added, config.autoOffsetReset),
        );
        if (isOutdated()) return;
        // Before its own: whoever has one of these must not see commits of the group elsewhere, and none in it.
        if (others.length > 0)
          await within(ANSWER_MS, () => client.commit({ offsets: toOffsets(others) }));
        if (isOutdated()) return;
        for (const start of starts) group.assigned(start, start.offset, start.committed);
        watch.begun();
        sayWhatIsSkipped(starts);
        complaints.succeeded('open');
        group.joined();
        if (partitions.length > 0) read(group, partitions);
        else idle(isOutdated);
        return;
      } catch (error) {
        if (isOutdated()) return;
        complaints.failed('open', error);
        await sleep(delay(attempt), undefined, { ref: false });
        await watch.refresh();
      }
    }
  }

  function idle(isOutdated: () => boolean): void {
    complaints.succeeded('fetch');
    if (watch.isMissing) return; // which the watch has said
    setTimeout(() => isOutdated() || log.warn(IDLE, {}), IDLE_MS).unref();
  }

  /** Once its commits have expired, a group is new, too. */
  function sayWhatIsSkipped(starts: readonly Start[]): void {
    if (config.autoOffsetReset === 'earliest') return;
    const skipping = starts.filter(({ isNew, offset }) => isNew && offset > 0);
    for (const [topic, some] of Map.groupBy(skipping, (one) => one.topic))
      log.warn(
        'the group has committed nothing in these partitions, and begins at their end: what they hold is not stored (KAFKA_AUTO_OFFSET_RESET)',
        {
          topic,
          ends: Object.fromEntries(some.map(({ partition, offset }) => [partition, offset])),
        },
      );
  }

  function read(group: Subscriber, partitions: readonly TopicPartition[]): void {
    const offsets = new PartitionMap(partitions.map((at) => [at, group.position(at) ?? 0]));
    const opened = openStream(config.connection, offsets, {
      onFlow: () => complaints.succeeded('fetch'),
      onRecords(records) {
        breaks = 0;
        group.received(records);
      },
      onReset(reset) {
        log.warn(
          'the log does not hold the position any more, its partition goes on at its start',
          { ...reset },
        );
        group.skipped(reset, reset.start);
      },
      onUnreadable(at, batch, position) {
        const { message: cause, records, firstOffset, lastOffset } = batch;
        log.warn('a batch cannot be read, and goes to the dead-letter queue as one message', {
          ...at,
          ...{ records, cause },
        });
        const offset = Math.max(position, Number(firstOffset));
        group.received([unreadableRecord(at, batch, offset)]);
        group.skipped(at, Number(lastOffset) + 1);
      },
      onBreak(error) {
        breaks += 1;
        const isOfTopics = OF_TOPICS.includes(kafkaCode(error));
        if (!isOfTopics) complaints.failed('fetch', error);
        const again = (isGone: boolean) => {
          if (isOfTopics && !isGone) complaints.failed('fetch', error);
          // A rebalance may be quicker.
          return stream === opened ? open(group) : undefined;
        };
        setTimeout(() => void watch.refresh().then(again), delay(breaks)).unref();
      },
    });
    stream = opened;
    if (paused) opened.pause();
  }

  return {
    /** Opens a stream for the partitions that are ours now, in place of the one before. Repeats until it succeeds. */
    open,
    /** Ends an attempt that is under way: the partitions may go, so what it found out is no longer true. */
    outdate(): void {
      latest += 1;
    },
    pause(): void {
      paused = true;
      stream?.pause();
    },
    resume(): void {
      if (!paused) return;
      paused = false;
      stream?.resume();
    },
    close(): void {
      closed = true;
      stream?.close();
    },
  };
}
