import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pingKafka } from './kafka-admin.ts';
import { findKafka, renumber } from './kafka-distribution.ts';
import { brokerSettings, LOGGING_FILE } from './kafka-settings.ts';
import { startKeeper } from './keep.ts';
import { assertFree, freePort } from './ports.ts';
import { untilReady } from './ready.ts';
import { type LocalServer, startServer } from './server.ts';

export { MissingBrokerError } from './java.ts';
export { createTopic, deleteTopic } from './kafka-admin.ts';

/** Time in ms that a start may take. */
const START_TIMEOUT_MS = 60_000;

const JVM = [
  '-Xms256m',
  '-Xmx512m',
  // The simple compiler and collector: a short run on few cores starts sooner and has more of the
  // processor for itself.
  '-XX:TieredStopAtLevel=1',
  '-XX:+UseSerialGC',
  // Otherwise a killed JVM leaves its counters in the temporary folder.
  '-XX:-UsePerfData',
];

/**
 * A Kafka broker of its own. A restart takes about 5 s, as the controller must first give up the old registration.
 */
export interface LocalKafka extends LocalServer {
  /** `127.0.0.1:<port>`. */
  readonly bootstrapServers: string;
}

/**
 * Starts Apache Kafka, one node in KRaft mode, with no topics, in a temporary folder.
 *
 * @param options.port TCP port on 127.0.0.1; default: a free one
 * @param options.cacheDir folder for the downloaded broker; default: `.cache/kafka-<version>`
 * @param options.settings broker settings on top of `infra/kafka/server.properties`
 * @param options.env where to look for Java and Maven (`JAVA_HOME`, `PATH`); default: this process's
 * @param options.onProgress receives lines that tell what is going on
 * @throws MissingBrokerError when Java 17, or Maven for the first start, is missing
 * @throws Error of one line when the download fails, the port is taken or the broker does not come up
 */
export async function startKafka(
  options: {
    port?: number;
    cacheDir?: string;
    settings?: Readonly<Record<string, string>>;
    env?: NodeJS.ProcessEnv;
    onProgress?: (line: string) => void;
  } = {},
): Promise<LocalKafka> {
  const { env = process.env, onProgress = () => {}, settings = {} } = options;
  const port = options.port ?? (await freePort());
  await assertFree(port, 'Kafka');
  const { cacheDir } = options;
  const { version, java, classpath, storage } = await findKafka({
    ...(cacheDir !== undefined && { cacheDir }),
    env,
    onProgress,
  });
  const controllerPort = await freePort();
  const keeper = startKeeper(join(tmpdir(), 'kafka-pg-sink-kafka-'));
  try {
    const path = (name: string) => join(keeper.folder, name);
    cpSync(storage, path('data'), { recursive: true });
    if (settings['node.id']) renumber(path('data'), settings['node.id']);
    mkdirSync(path('tmp'));
    writeFileSync(
      path('server.properties'),
      brokerSettings({ port, controllerPort, dataDir: path('data'), settings }),
    );
    const bootstrapServers = `127.0.0.1:${port}`;
    const start = async () => {
      onProgress(`Kafka ${version}: starting on ${bootstrapServers}`);
      const log = path('server.log');
      const server = await keeper.run({
        command: java,
        args: [
          ...JVM,
          `-Djava.io.tmpdir=${path('tmp')}`, // the compression libraries unpack themselves there
          `-Dlog4j2.configurationFile=${LOGGING_FILE}`,
          ...['-cp', classpath, 'kafka.Kafka', path('server.properties')],
        ],
        env,
        cwd: keeper.folder,
        log,
        stopSignal: 'SIGTERM',
      });
      const probe = () => pingKafka(bootstrapServers);
      await untilReady({ what: 'Kafka', server, log, probe, timeoutMs: START_TIMEOUT_MS });
      return server;
    };
    return Object.assign(await startServer('Kafka', keeper, start), { bootstrapServers });
  } catch (error) {
    await keeper.stop();
    throw error;
  }
}
