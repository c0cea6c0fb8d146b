import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findJava } from '../../local/java.ts';
import { copyDependencies, fillOnce } from '../../local/maven.ts';

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const pom = path('infra/peers/pom.xml');

/** Kafka Connect with Debezium's sink. */
export interface ConnectDistribution {
  /** Of Debezium. */
  readonly version: string;
  /** The `java` program. */
  readonly java: string;
  /** The argument for `java -cp`. */
  readonly classpath: string;
}

/**
 * Finds Java and, in `.cache`, the class files of Kafka Connect and Debezium; what is not there yet is downloaded by Maven
 * as `infra/peers/pom.xml` says.
 *
 * @param env where to look for Java and Maven: `JAVA_HOME` and `PATH`
 * @throws MissingBrokerError without Java 17
 * @throws MissingMavenError without Maven, when it is needed
 * @throws Error of one line when the download fails
 */
export async function findConnect(
  env: NodeJS.ProcessEnv,
  onProgress: (line: string) => void,
): Promise<ConnectDistribution> {
  const version = /<debezium\.version>(.+)<\/debezium\.version>/.exec(
    readFileSync(pom, 'utf8'),
  )?.[1];
  if (version === undefined) throw new Error(`${pom} names no debezium.version.`);
  const java = await findJava(env);
  const folder = path(`.cache/debezium-${version}`);
  await fillOnce(folder, (partial, keeper) =>
    copyDependencies({
      what: 'Kafka Connect',
      keeper,
      pom,
      outputDirectory: join(partial, 'lib'),
      env,
      onProgress: (detail) =>
        onProgress(`Kafka Connect with Debezium ${version}: downloading (once)${detail}`),
    }),
  );
  return { version, java, classpath: join(folder, 'lib', '*') };
}
