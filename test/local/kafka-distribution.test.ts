import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MissingBrokerError, startKafka } from '../../local/kafka.ts';
import { findKafka } from '../../local/kafka-distribution.ts';
import { freePort } from '../../local/ports.ts';
import { programs, rejection, temporaryFolder } from './helpers.ts';
import { kafkaHere } from './kafka-here.ts';

const HOW_TO =
  'Install Java 17 and Maven, or set KAFKA_BOOTSTRAP_SERVERS, or run docker compose up.';
const java17 = `echo 'openjdk version "17.0.9" 2023-10-17' >&2`;
const java11 = `echo 'openjdk version "11.0.2" 2019-01-15' >&2`;
const java8 = `echo 'java version "1.8.0_202"' >&2`;

test('without Java, starting Kafka says in one line what is missing and how to get a broker', async () => {
  const error = await rejection(startKafka({ env: { PATH: programs({}) } }));
  expect(error).toBeInstanceOf(MissingBrokerError);
  expect(error.name).toBe('MissingBrokerError');
  expect(error.message).toBe(`There is no Kafka broker: Java is missing. ${HOW_TO}`);
});

test('a Java that is too old counts as missing, and its version is named', async () => {
  const error = await rejection(startKafka({ env: { PATH: programs({ java: java8 }) } }));
  expect(error).toBeInstanceOf(MissingBrokerError);
  expect(error.message).toBe(`There is no Kafka broker: only Java 8 was found. ${HOW_TO}`);
});

test('a Java on the PATH will do when that of JAVA_HOME is too old', async () => {
  const home = temporaryFolder();
  const bin = programs({ java: java11 });
  const env = { JAVA_HOME: join(home, 'none'), PATH: programs({ java: java17 }) };
  expect((await rejection(findIn({ ...env, JAVA_HOME: '' }))).message).toContain('Maven');
  expect((await rejection(findIn(env))).message).toContain('Maven');
  expect((await rejection(findIn({ PATH: bin }))).message).toContain('only Java 11 was found');
});

test('without Maven, the first start says in one line how to get a broker', async () => {
  const cacheDir = join(temporaryFolder(), 'kafka');
  const error = await rejection(findIn({ PATH: programs({ java: java17 }) }, cacheDir));
  expect(error).toBeInstanceOf(MissingBrokerError);
  expect(error.message).toBe(
    `There is no Kafka broker: Maven, which downloads it once, is missing. ${HOW_TO}`,
  );
  expect(readdirSync(join(cacheDir, '..'))).toEqual([]);
});

test("a download that fails gives Maven's reason in one line and leaves nothing", async () => {
  const cacheDir = join(temporaryFolder(), 'kafka');
  const mvn =
    'echo "[ERROR] Could not transfer artifact: no route -> [Help 1]"\necho "[ERROR] Help 1"\nexit 1';
  const error = await rejection(findIn({ PATH: programs({ java: java17, mvn }) }, cacheDir));
  expect(error).not.toBeInstanceOf(MissingBrokerError);
  expect(error.message).toBe(
    'Maven could not download Kafka: Could not transfer artifact: no route',
  );
  expect(readdirSync(join(cacheDir, '..'))).toEqual([]);
});

test('a taken port gives one clear line', async () => {
  const port = await freePort();
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  const { message } = await rejection(startKafka({ port }));
  server.close();
  expect(message).toMatch(/^Port \d+ on 127\.0\.0\.1 is taken, so Kafka cannot start: .*$/);
});

test.skipIf(!kafkaHere)(
  'two processes can fill the cache at once, and then nothing is downloaded',
  async () => {
    const folder = temporaryFolder();
    const cacheDir = join(folder, 'kafka');
    const progress: string[] = [];
    const find = () =>
      findKafka({ cacheDir, env: process.env, onProgress: (line) => progress.push(line) });

    const [first, second] = await Promise.all([find(), find()]);

    expect(progress[0]).toMatch(/^Kafka 4\.\d+\.\d+: downloading \(once\)$/);
    expect(first).toEqual(second);
    expect(readdirSync(folder)).toEqual(['kafka']);
    expect(readdirSync(join(cacheDir, 'lib'))).toContain(`kafka_2.13-${first.version}.jar`);
    expect(existsSync(join(first.storage, 'meta.properties'))).toBe(true);
    progress.length = 0;
    expect(await find()).toEqual(first);
    expect(progress).toEqual([]);
  },
  120_000,
);

function findIn(env: NodeJS.ProcessEnv, cacheDir = join(temporaryFolder(), 'kafka')) {
  return findKafka({ cacheDir, env, onProgress: () => {} });
}
