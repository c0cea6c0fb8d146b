import { expect, inject, vi } from 'vitest';
import { parseMetrics } from '../../../local/metrics-page.ts';
import { createDatabase, type TestDatabase } from '../../support/database.ts';
import { definitionFile } from '../../support/definition-file.ts';
import { ROOT, type RunningProcess, startNode } from '../../support/process.ts';
import { createQueue, type TestQueue } from '../../support/queue.ts';
import type { TestTopic } from '../../support/topic.ts';

export const within = { timeout: 30_000, interval: 50 };

/** `kafka-pg-sink consume` in a process of its own, as a user starts it. */
export interface Running extends Pick<RunningProcess, 'pid' | 'kill' | 'output' | 'untilPrinted'> {
  /** The exit code. */
  readonly ended: Promise<number | null>;
  /** What it has printed as errors so far. */
  errors(): string;
  /** Asks its health server, once that listens. */
  get(path: string, method?: string): Promise<Response>;
  /** The value of a line of /metrics, `name{label="value"}`; undefined where there is none. */
  metric(line: string): Promise<number | undefined>;
  /** Waits until it answers that records can flow. */
  ready(): Promise<void>;
}

/**
 * Starts the service; it is killed with the test.
 *
 * @param env all variables beside PATH
 * @param command what Node.js is to run, and in which folder; default: the command's source
 */
export function consume(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  command: { folder: string; node: readonly string[] } = {
    folder: ROOT,
    node: ['src/cli/main.ts'],
  },
): Running {
  const line = [...command.node, 'consume', '--port', '0', ...args];
  const { pid, kill, output, stderr, untilPrinted, ended } = startNode(line, env, command.folder);

  async function get(path: string, method = 'GET'): Promise<Response> {
    const url = await vi.waitFor(() => {
      const [, found] = /"health":"([^"]+)"/.exec(output()) ?? [];
      expect(found, stderr()).toBeDefined();
      return found;
    }, within);
    return fetch(`${url}${path}`, { method });
  }

  return {
    ...{ pid, kill, output, untilPrinted },
    ended: ended.then(({ code }) => code),
    errors: stderr,
    get,
    async metric(line) {
      return parseMetrics(await (await get('/metrics')).text()).get(line);
    },
    ready: () =>
      vi.waitFor(async () => {
        const response = await get('/readyz');
        expect(await response.json()).toMatchObject({ ready: true });
      }, within),
  };
}

/** Options for this topic from its beginning, in a group of its own. */
export function ofTopic({ name, bootstrapServers }: TestTopic): string[] {
  return [
    ...['--bootstrap-servers', bootstrapServers],
    ...['--sink', definitionFile({ topic: name })],
    ...['--group-id', `group-${name}`, '--from', 'earliest'],
  ];
}

export interface Place {
  readonly database: TestDatabase;
  readonly queue: TestQueue;
  /** The settings of a service that uses them. */
  readonly env: Record<string, string>;
}

/** A database and a queue of the test's own. */
export async function createPlace(): Promise<Place> {
  const [database, queue] = await Promise.all([createDatabase(), createQueue()]);
  const env = {
    DATABASE_URL: database.url,
    DEAD_LETTER_QUEUE_URL: queue.url,
    AWS_ENDPOINT_URL_SQS: inject('sqsEndpoint'),
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    POWERTOOLS_LOG_LEVEL: 'INFO',
  };
  return { database, queue, env };
}
