import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { definitionData } from '../../local/definition-data.ts';
import type { AnyDefinition } from '../../src/definition/define.ts';
import { sinkSettings } from '../world.ts';
import type { Contender } from './contender.ts';

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));

/** The sink's bundled command. */
export const COMMAND = path('dist/command/kafka-pg-sink.mjs');

/** Bundles the command as it is now. */
export function buildCommand(): void {
  execFileSync('npm', ['run', '--silent', 'build:command'], { cwd: path('.') });
}

/**
 * The sink as its bundled command runs it.
 *
 * @param env on top of what it needs to find its servers
 * @param definition default: that of the notifications
 */
export function sink(
  name: string,
  env: Readonly<Record<string, string>>,
  definition?: AnyDefinition,
): Contender {
  const pairs = Object.entries(env).map(([key, value]) => `${key}=${value}`);
  return {
    name,
    settings: ['kafka-pg-sink consume', ...pairs].join(' '),
    prepare: ({ world, topic, group, folder }) => {
      const data = definitionData({ topic }, definition);
      writeFileSync(join(folder, 'sink.config.json'), JSON.stringify(data));
      return {
        command: process.execPath,
        args: [COMMAND, 'consume', '--from', 'earliest'],
        env: {
          ...sinkSettings(world),
          KAFKA_BOOTSTRAP_SERVERS: world.servers,
          KAFKA_GROUP_ID: group,
          HTTP_PORT: '0',
          ...env,
        },
      };
    },
  };
}

/** Larger batches, and more memory for the young generation. */
export const FOR_THROUGHPUT = [
  'kafka-pg-sink, for throughput',
  {
    NODE_OPTIONS: '--max-semi-space-size=64',
    MAX_BATCH_SIZE: '10000',
    MAX_BATCH_BYTES: '16777216',
  },
] as const;
