import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Producer } from '@platformatic/kafka';
import { beforeAll, describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { parse } from 'yaml';
import { CONSUME, settingsOf } from '../../src/settings/table/all.ts';
import { notification } from '../support/event.ts';
import { listen } from '../support/listen.ts';
import { ROOT } from '../support/process.ts';
import { createTestTopic } from '../support/topic.ts';
import { consume, createPlace, ofTopic, within } from './support/service.ts';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const VARIABLES = settingsOf(CONSUME).map(({ variable }) => variable);
const shutdownMs = (env: Record<string, string>) => Number(env.SHUTDOWN_TIMEOUT_MS ?? 25_000);

/** The instructions of the Dockerfile, one array for each stage. */
function stages(): { name: string; rest: string }[][] {
  const instructions = read('Dockerfile')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [name = '', ...rest] = line.split(' ');
      return { name, rest: rest.join(' ') };
    });
  const starts = instructions.flatMap(({ name }, at) => (name === 'FROM' ? [at] : []));
  return starts.map((start, at) => instructions.slice(start, starts[at + 1]));
}

const [building = [], running = []] = stages();
const the = (name: string) => running.filter((one) => one.name === name).map(({ rest }) => rest);

/** What an instruction COPY takes, each path with where it goes. */
function copies(stage: typeof running): { from: string; to: string; ofContext: boolean }[] {
  return stage
    .filter(({ name }) => name === 'COPY')
    .flatMap(({ rest }) => {
      const words = rest.split(' ');
      const ofContext = !words[0]?.startsWith('--from=');
      const to = words.at(-1) ?? '';
      return words.slice(ofContext ? 0 : 1, -1).map((from) => ({ from, to, ofContext }));
    });
}

describe('the Dockerfile', () => {
  test('has two stages on one image with the Node.js of Lambda, by its digest', () => {
    expect(stages()).toHaveLength(2);
    expect([building[0]?.rest, running[0]?.rest]).toEqual(['$NODE AS build', '$NODE']);
    expect(read('Dockerfile')).toMatch(
      /^ARG NODE=node:24\.\d+\.\d+-bookworm-slim@sha256:[0-9a-f]{64}$/m,
    );
  });

  test('runs as a user that is not root, by number', () => {
    expect(the('USER')).toEqual(['1000:1000']);
    // Nothing that needs root comes behind it, and nothing is handed to that user to write to.
    const names = running.map(({ name }) => name);
    const after = names.slice(names.indexOf('USER'));
    expect(new Set(after).intersection(new Set(['RUN', 'COPY', 'ADD', 'USER']))).toEqual(
      new Set(['USER']),
    );
    expect(read('Dockerfile')).not.toContain('--chown');
  });

  test('starts the program itself, so that it gets the signals', () => {
    for (const [instruction, words] of [
      ['ENTRYPOINT', ['node', 'dist/command/kafka-pg-sink.mjs']],
      ['CMD', ['consume']],
    ] as const)
      expect(the(instruction).map((rest) => JSON.parse(rest))).toEqual([words]);
    expect(the('STOPSIGNAL')).toEqual(['SIGTERM']);
  });

  test('is healthy while /livez answers 200, as Node.js itself asks', async () => {
    const [check = ''] = the('HEALTHCHECK');
    const [node, ...args] = JSON.parse(check.slice(check.indexOf('CMD [') + 4)) as string[];
    expect(node).toBe('node');
    let status = 200;
    const paths: (string | undefined)[] = [];
    const server = createServer(({ url }, response) => {
      paths.push(url);
      response.writeHead(status).end();
    });
    const { port, stop } = await listen(server);
    onTestFinished(stop);
    const env = { HTTP_PORT: String(port) };
    const ask = async () => {
      const [code] = await once(spawn(process.execPath, args, { env }), 'close');
      return code;
    };
    expect(await ask()).toBe(0);
    status = 503;
    expect(await ask()).toBe(1);
    expect(paths).toEqual(['/livez', '/livez']);
    await stop();
    expect(await ask()).toBe(1);
  });

  test('copies what there is and what .dockerignore lets through, and lets nothing else through', () => {
    const [first, ...allowed] = read('.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(first).toBe('*');
    const taken = [...copies(building), ...copies(running)].filter(({ ofContext }) => ofContext);
    for (const { from } of taken) expect(existsSync(join(ROOT, from)), from).toBe(true);
    expect(allowed.sort()).toEqual(taken.map(({ from }) => `!${from}`).sort());
  });

  test('sets only variables that the service reads', () => {
    const names = the('ENV').flatMap((rest) => rest.split(' ').map((one) => one.split('=')[0]));
    expect(names.filter((name) => name !== 'NODE_ENV')).toEqual(['HTTP_HOST', 'HTTP_PORT']);
    for (const name of ['HTTP_HOST', 'HTTP_PORT']) expect(VARIABLES).toContain(name);
  });
});

describe('what the image holds', () => {
  beforeAll(() => {
    execFileSync(process.execPath, ['scripts/build-command.ts'], { cwd: ROOT });
  });

  /** A folder with what the last stage copies, and nothing else. */
  function image(): string {
    const folder = mkdtempSync(join(tmpdir(), 'image-test-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    for (const { from, to } of copies(running)) {
      const source = join(ROOT, from.replace(/^\/app\//, ''));
      const file = to.endsWith('/') ? join(to, source.split('/').at(-1) ?? '') : to;
      cpSync(source, join(folder, file), { recursive: true });
    }
    return folder;
  }

  const [entry = '[]'] = the('ENTRYPOINT');
  const file = (JSON.parse(entry) as string[]).at(-1) ?? '';
  const run = (folder: string, args: string[], env: Record<string, string> = {}) =>
    execFileSync(process.execPath, [file, ...args], { cwd: folder, env }).toString();

  test('knows its version and explains itself, without any package beside it', () => {
    const folder = image();
    expect(run(folder, ['--version'])).toBe(`${JSON.parse(read('package.json')).version}\n`);
    expect(run(folder, ['consume', '--help'])).toContain('--flush-interval-ms MS');
  });

  test.skipIf(inject('kafka') === null)(
    'consumes what was compressed, and never writes to a file',
    async () => {
      const [topic, { database, env }] = [await createTestTopic(), await createPlace()];
      const service = consume([...ofTopic(topic), '--flush-interval-ms', '50'], env, {
        folder: image(),
        // Node.js denies every write then, as a file system that is read only does.
        node: ['--permission', '--allow-fs-read=*', file],
      });
      const bootstrapBrokers = [topic.bootstrapServers];
      const producer = new Producer<Buffer, Buffer, Buffer, Buffer>({
        clientId: 'test',
        bootstrapBrokers,
      });
      onTestFinished(() => producer.close());
      for (const [at, compression] of (['gzip', 'snappy', 'lz4', 'zstd'] as const).entries()) {
        const value = Buffer.from(JSON.stringify(notification(at)));
        await producer.send({ messages: [{ topic: topic.name, value }], compression });
      }
      await vi.waitFor(
        async () =>
          expect(await database.query('SELECT count(*)::int FROM notifications')).toEqual([
            { count: 4 },
          ]),
        within,
      );
      service.kill('SIGTERM');
      expect(await service.ended).toBe(0);
    },
  );

  test('takes a definition that is mounted, and knows what that imports', () => {
    const folder = image();
    const definition = `import { defineSink, integer } from 'kafka-pg-sink';
      export default defineSink({ topic: 'places', table: 'places', key: 'id', columns: { id: integer() } });`;
    writeFileSync(join(folder, 'sink.config.ts'), definition);
    expect(run(folder, ['ddl'])).toContain('CREATE TABLE IF NOT EXISTS places (');
  });

  test('brings the schema up to date', async () => {
    const { database, env } = await createPlace();
    await database.query('DROP TABLE notifications, kafka_pg_sink_migrations');
    expect(run(image(), ['migrate'], { DATABASE_URL: env.DATABASE_URL ?? '' })).toBe(
      'migrated: 0001_create-notifications\n',
    );
  });
});

describe('the Deployment of Kubernetes', () => {
  const deployment = parse(read('infra/kubernetes/deployment.yaml'));
  const { metadata, spec } = deployment.spec.template;
  const [container, ...others] = spec.containers;
  const env: Record<string, string> = Object.fromEntries(
    container.env.map(({ name, value }: { name: string; value: string }) => [name, value]),
  );

  test('selects its own pods', () => {
    expect([deployment.apiVersion, deployment.kind]).toEqual(['apps/v1', 'Deployment']);
    expect(metadata.labels).toMatchObject(deployment.spec.selector.matchLabels);
    expect(others).toEqual([]);
  });

  test('leaves more time for the end than the service takes', () => {
    expect(spec.terminationGracePeriodSeconds * 1000).toBeGreaterThanOrEqual(
      shutdownMs(env) + 10_000,
    );
    expect(container.lifecycle).toBeUndefined();
  });

  test('runs without root, without capabilities, on a file system that is read only', () => {
    const [uid] = (the('USER')[0] ?? '').split(':').map(Number);
    expect(spec.securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: uid,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(spec.volumes).toBeUndefined();
  });

  test('probes /livez for life and /readyz for readiness, at the port of the image', () => {
    expect(container.livenessProbe.httpGet).toEqual({ path: '/livez', port: 'http' });
    expect(container.readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'http' });
    const { containerPort, name } = container.ports[0];
    expect(name).toBe('http');
    expect(the('EXPOSE')).toEqual([String(containerPort)]);
    expect(the('ENV').join(' ')).toContain(`HTTP_PORT=${containerPort}`);
  });

  test('takes credentials from a secret, and sets only variables that the service reads', () => {
    expect(container.envFrom).toEqual([{ secretRef: { name: 'kafka-pg-sink' } }]);
    for (const [name, value] of Object.entries(env)) {
      expect(VARIABLES).toContain(name);
      expect(typeof value).toBe('string');
    }
    expect(Object.keys(env)).not.toContain('DATABASE_URL');
  });

  test('asks for memory and limits it, and does not limit its CPU', () => {
    expect(container.resources).toEqual({
      requests: { cpu: expect.any(String), memory: expect.any(String) },
      limits: { memory: expect.any(String) },
    });
  });
});
