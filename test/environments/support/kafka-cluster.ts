import { type LocalKafka, startKafka } from '../../../local/kafka.ts';
import { freePort } from '../../../local/ports.ts';

/** As many as it takes to go on without one. */
const NODES = [1, 2, 3];

/** What a cluster keeps is in every node, and a write waits for two of them. */
const REPLICATED = {
  'offsets.topic.replication.factor': '3',
  'transaction.state.log.replication.factor': '3',
  'transaction.state.log.min.isr': '2',
  'min.insync.replicas': '2',
};

export interface KafkaCluster {
  /** Of all nodes, comma-separated. */
  readonly bootstrapServers: string;
  /** By their ids. */
  readonly nodes: ReadonlyMap<number, LocalKafka>;
  stop(): Promise<void>;
}

/** Starts three nodes of Kafka, each broker and controller. */
export async function startKafkaCluster(): Promise<KafkaCluster> {
  const places = await Promise.all(
    NODES.map(async (id) => ({ id, port: await freePort(), controller: await freePort() })),
  );
  const voters = places.map(({ id, controller }) => `${id}@127.0.0.1:${controller}`).join();
  // All at once: none is ready before the controllers have elected one of them.
  const started = await Promise.allSettled(
    places.map(({ id, port, controller }) =>
      startKafka({
        port,
        settings: {
          ...REPLICATED,
          'node.id': String(id),
          listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
          'controller.quorum.voters': voters,
        },
      }),
    ),
  );
  const running = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const stop = async () => void (await Promise.all(running.map((node) => node.stop())));
  const failed = started.find((one) => one.status === 'rejected');
  if (failed) {
    await stop();
    throw failed.reason;
  }
  return {
    bootstrapServers: running.map((node) => node.bootstrapServers).join(),
    nodes: new Map(running.map((node, at) => [NODES[at] as number, node])),
    stop,
  };
}
