import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const MINIMUM_JAVA = 17;

/** No broker can be started on this machine, and the message says in one line how to get one. */
export class MissingBrokerError extends Error {
  override readonly name = 'MissingBrokerError';
  /** What is missing, as a sentence without its full stop. */
  readonly missing: string;

  constructor(missing: string, options?: ErrorOptions) {
    super(
      `There is no Kafka broker: ${missing}. Install Java ${MINIMUM_JAVA} and Maven, or set KAFKA_BOOTSTRAP_SERVERS, or run docker compose up.`,
      options,
    );
    this.missing = missing;
  }
}

/**
 * Finds a `java` of version 17 or newer: that of JAVA_HOME, else that of PATH.
 *
 * @param env holds `JAVA_HOME` and `PATH`
 * @returns the program's path or, for that of PATH, its name
 * @throws MissingBrokerError when there is none
 */
export async function findJava(env: NodeJS.ProcessEnv): Promise<string> {
  const candidates = env.JAVA_HOME ? [join(env.JAVA_HOME, 'bin', 'java'), 'java'] : ['java'];
  const versions: number[] = [];
  for (const java of candidates) {
    try {
      const { stderr } = await promisify(execFile)(java, ['-version'], { env });
      const version = Number(/version "(?:1\.)?(\d+)/.exec(stderr)?.[1]);
      if (version >= MINIMUM_JAVA) return java;
      versions.push(version);
    } catch {
      // Not there, or a placeholder that only tells where to buy one: the next candidate.
    }
  }
  const found =
    versions.length > 0 ? `only Java ${versions.join(' and ')} was found` : 'Java is missing';
  throw new MissingBrokerError(found);
}
