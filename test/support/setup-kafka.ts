import type { TestProject } from 'vitest/node';
import { MissingBrokerError, startKafka } from '../../local/kafka.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Bootstrap servers; null where the machine has no broker, which under CI is a failure. */
    kafka: string | null;
  }
}

/** Starts Kafka once for all files, or uses the broker that `KAFKA_BOOTSTRAP_SERVERS` names. */
export default async function setup(project: TestProject) {
  const named = process.env.KAFKA_BOOTSTRAP_SERVERS;
  if (named) {
    project.provide('kafka', named);
    return;
  }
  try {
    const kafka = await startKafka({ onProgress: console.log });
    project.provide('kafka', kafka.bootstrapServers);
    return () => kafka.stop();
  } catch (error) {
    if (!(error instanceof MissingBrokerError) || process.env.CI === 'true') throw error;
    console.warn(`${error.message} The tests over Kafka are skipped.`);
    project.provide('kafka', null);
  }
  return;
}
