import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findJava, MissingBrokerError } from './java.ts';
import { brokerSettings, LOGGING_FILE } from './kafka-settings.ts';
import { type Keeper, lastLines } from './keep.ts';
import { copyDependencies, fillOnce, MissingMavenError } from './maven.ts';

const pom = fileURLToPath(new URL('../infra/kafka/pom.xml', import.meta.url));

/** Any valid id will do, as this cluster never meets another. */
const CLUSTER_ID = 'kafkaPgSinkLocalAAAAAA';

/** Everything that a broker's start needs. */
export interface KafkaDistribution {
  readonly version: string;
  /** The `java` program. */
  readonly java: string;
  /** The argument for `java -cp`. */
  readonly classpath: string;
  /** A formatted, empty data folder, to copy. */
  readonly storage: string;
}

/**
 * Finds Java and, in a cache folder, the broker's class files; what is not there yet is downloaded by
 * Maven as `infra/kafka/pom.xml` says. Several processes may do this at once.
 *
 * @param options.cacheDir the folder; default: `.cache/kafka-<version>` in the project
 * @param options.env where to look for Java and Maven: `JAVA_HOME` and `PATH`
 * @throws MissingBrokerError without Java 17, or when Maven is needed and missing
 * @throws Error of one line when the download fails
 */
export async function findKafka(options: {
  cacheDir?: string;
  env: NodeJS.ProcessEnv;
  onProgress: (line: string) => void;
}): Promise<KafkaDistribution> {
  const { env, onProgress } = options;
  const version = /<kafka\.version>(.+)<\/kafka\.version>/.exec(readFileSync(pom, 'utf8'))?.[1];
  if (version === undefined) throw new Error(`${pom} names no kafka.version.`);
  const java = await findJava(env);
  const cacheDir =
    options.cacheDir ?? fileURLToPath(new URL(`../.cache/kafka-${version}`, import.meta.url));
  const found = (folder: string): KafkaDistribution => ({
    version,
    java,
    classpath: join(folder, 'lib', '*'),
    storage: join(folder, 'storage'),
  });
  await fillOnce(cacheDir, async (partial, keeper) => {
    await copyDependencies({
      what: 'Kafka',
      keeper,
      pom,
      outputDirectory: join(partial, 'lib'),
      env,
      onProgress: (detail) => onProgress(`Kafka ${version}: downloading (once)${detail}`),
    }).catch((cause) => {
      if (!(cause instanceof MissingMavenError)) throw cause;
      throw new MissingBrokerError('Maven, which downloads it once, is missing', { cause });
    });
    await format(keeper, found(partial), env);
  });
  return found(cacheDir);
}

/**
 * Makes a copy of the empty data folder that of another node of the cluster. The broker gives the folder an id of its own.
 *
 * @param node its `node.id`
 */
export function renumber(storage: string, node: string): void {
  const properties = `version=1\ncluster.id=${CLUSTER_ID}\nnode.id=${node}\n`;
  writeFileSync(join(storage, 'meta.properties'), properties);
}

/** Writes the empty data folder, once for all starts because it takes a Java start of its own. */
async function format(
  keeper: Keeper,
  { java, classpath, storage }: KafkaDistribution,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const properties = join(keeper.folder, 'format.properties');
  writeFileSync(properties, brokerSettings({ port: 1, controllerPort: 2, dataDir: storage }));
  const log = join(keeper.folder, 'format.log');
  const tool = await keeper.run({
    command: java,
    args: [
      ...['-cp', classpath, `-Dlog4j2.configurationFile=${LOGGING_FILE}`],
      ...['kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', properties],
    ],
    env,
    cwd: keeper.folder,
    log,
    stopSignal: 'SIGKILL',
  });
  const { code } = await tool.ended;
  if (code !== 0) throw new Error(`Kafka's data folder could not be formatted: ${lastLines(log)}`);
}
