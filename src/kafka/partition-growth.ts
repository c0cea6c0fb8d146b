import type { KafkaClient } from './connection.ts';

const CHECK_MS = 10_000;

/**
 * Looks for partitions that were added to the topic; a group learns of them only when its members join again. The leader's
 * request to join makes everybody join; the request of another member changes nothing.
 */
export function createGrowthCheck(client: KafkaClient, topic: string) {
  let known = 0;
  let timer: NodeJS.Timeout | undefined;

  async function count(): Promise<number> {
    const { topics } = await client.metadata({ topics: [topic], forceUpdate: true });
    return topics.get(topic)?.partitionsCount ?? 0;
  }

  async function check(): Promise<void> {
    const found = await count();
    if (found <= known) return;
    await client.joinGroup({});
    known = found;
  }

  return {
    async start(): Promise<void> {
      known = await count();
      // A check that fails is followed by the next one.
      timer = setInterval(() => void check().catch(() => {}), CHECK_MS).unref();
    },
    stop: (): void => clearInterval(timer),
  };
}
