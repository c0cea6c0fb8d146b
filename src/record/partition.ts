/** A partition of a topic. Records and positions are that too. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** How a partition is written: `<topic>-<partition>`. No two have the same, as the number holds no dash. */
export function partitionName({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}

/** The topics of partitions, each once. */
export function topicsOf(partitions: Iterable<TopicPartition>): string[] {
  const topics = new Set<string>();
  for (const { topic } of partitions) topics.add(topic);
  return [...topics];
}

/** By topic, then by number. */
export function comparePartitions(a: TopicPartition, b: TopicPartition): number {
  if (a.topic !== b.topic) return a.topic < b.topic ? -1 : 1;
  return a.partition - b.partition;
}

/**
 * A map whose keys are partitions. It keeps its latest lookup, because records come in runs of one partition; a key that is
 * put together for each record would cost more than all else that is done with it here.
 */
export class PartitionMap<T> {
  readonly #topics = new Map<string, Map<number, T>>();
  #lastTopic = '';
  #lastPartition = -1;
  #lastValue: T | undefined;

  constructor(entries: Iterable<readonly [TopicPartition, T]> = []) {
    for (const [at, value] of entries) this.set(at, value);
  }

  get size(): number {
    let size = 0;
    for (const partitions of this.#topics.values()) size += partitions.size;
    return size;
  }

  get({ topic, partition }: TopicPartition): T | undefined {
    if (topic === this.#lastTopic && partition === this.#lastPartition) return this.#lastValue;
    this.#lastTopic = topic;
    this.#lastPartition = partition;
    this.#lastValue = this.#topics.get(topic)?.get(partition);
    return this.#lastValue;
  }

  has({ topic, partition }: TopicPartition): boolean {
    return this.#topics.get(topic)?.has(partition) === true;
  }

  set({ topic, partition }: TopicPartition, value: T): void {
    this.#lastPartition = -1;
    const partitions = this.#topics.get(topic) ?? new Map<number, T>();
    this.#topics.set(topic, partitions.set(partition, value));
  }

  delete({ topic, partition }: TopicPartition): void {
    this.#lastPartition = -1;
    const partitions = this.#topics.get(topic);
    partitions?.delete(partition);
    if (partitions?.size === 0) this.#topics.delete(topic);
  }

  /** Those of one topic stand together. */
  keys(): TopicPartition[] {
    return [...this].map(([at]) => at);
  }

  *[Symbol.iterator](): Generator<[TopicPartition, T]> {
    for (const [topic, partitions] of this.#topics)
      for (const [partition, value] of partitions) yield [{ topic, partition }, value];
  }
}
