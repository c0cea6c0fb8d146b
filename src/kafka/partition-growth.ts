import type { KafkaClient } from './group-client.ts';

const CHECK_MS = 10_000;

/**
 * Looks whether the topic has got more partitions, of which a group learns only when it is joined anew. The leader's
 * request to join has everybody join; that of another member changes nothing.
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
      // What fails is asked again soon.
      timer = setInterval(() => void check().catch(() => {}), CHECK_MS).unref();
    },
    stop: (): void => clearInterval(timer),
  };
}
