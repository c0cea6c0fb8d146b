import { createHash } from 'node:crypto';
import { describe, expect, inject, test } from 'vitest';
import type { DeadLetter } from '../../src/dead-letter/write-dead-letter.ts';
import { originOf } from '../../src/record/origin.ts';
import { createLog } from '../kafka/support/kafka-topic.ts';
import { definitionFile } from '../support/definition-file.ts';
import { notification, record, uuid } from '../support/records.ts';
import {
  createQueueWorld,
  deadLetterOf,
  onFailureOf,
  type QueueWorld,
} from './support/queue-world.ts';

const valid = (number: number) => Buffer.from(JSON.stringify(notification({ id: uuid(number) })));
const withoutId = Buffer.from(JSON.stringify(notification({ id: undefined })));

async function replay(world: QueueWorld, ...args: string[]) {
  const { code, stdout } = await world.run('replay', '--yes', '--json', ...args);
  const { groups, entries } = JSON.parse(stdout) as {
    groups: { ending: string; detail: string; count: number }[];
    entries?: { id: string; ending: string }[];
  };
  return {
    code,
    entries,
    endings: groups.map(({ ending, detail, count }) => `${count} ${ending} ${detail}`.trim()),
  };
}

const offsetsIn = async ({ database }: QueueWorld) =>
  (
    await database.query<{ at: number }>(
      'SELECT source_offset::int AS at FROM notifications ORDER BY at',
    )
  ).map(({ at }) => at);

describe.skipIf(inject('kafka') === null)('with a real broker', () => {
  async function createKafkaWorld(values: readonly Buffer[], env: Record<string, string> = {}) {
    const log = await createLog();
    await log.produce(values.map((value) => ({ key: Buffer.from('k'), value })));
    const world = await createQueueWorld({
      KAFKA_BOOTSTRAP_SERVERS: log.servers,
      SINK_CONFIG: definitionFile({ topic: log.name }),
      ...env,
    });
    return { log, world };
  }

  describe('on-failure messages', () => {
    test('are replayed from Kafka: valid records are stored, rejected ones dead-lettered, then the message is deleted', async () => {
      const { log, world } = await createKafkaWorld([
        valid(0),
        Buffer.from('{not json'),
        valid(2),
        withoutId,
        valid(4),
      ]);
      await world.send(onFailureOf({ [`${log.name}-0`]: [1, 3] }));
      expect(await replay(world)).toMatchObject({
        code: 0,
        endings: ['2 stored', '1 dead-lettered invalid_json: value: not JSON', '1 completed'],
      });
      expect(await offsetsIn(world)).toEqual([2, 3]);
      const deadLetters = await world.queue.takeDeadLetters();
      expect(deadLetters).toMatchObject([
        {
          id: `${log.name}-0@1`,
          reason: 'invalid_json',
          source: 'arn:aws:kafka:us-east-1:123456789012:cluster/notifications/6cc0432b-2',
          record: { offset: 1, key: 'aw==' },
        },
      ]);
    });

    test('stay when their topic has no definition, and do not keep others from being replayed', async () => {
      const { log, world } = await createKafkaWorld([0, 1].map(valid));
      const other = await createLog();
      await other.produce([{ key: Buffer.from('k'), value: valid(7) }]);
      await world.send(
        onFailureOf({ [`${other.name}-0`]: [0, 0] }),
        onFailureOf({ [`${log.name}-0`]: [0, 1] }),
      );
      const left = `1 left ${other.name}: no definition takes this topic: add one to the definition file, which has ${log.name}, or name another by --sink`;
      expect(await replay(world)).toMatchObject({
        ...{ code: 1, endings: ['2 stored', '1 completed', left] },
      });
      expect(await offsetsIn(world)).toEqual([0, 1]);
      expect(await world.count()).toBe(1);
    });

    test('are done where another record has a key: the sink passes such a record over', async () => {
      const { log, world } = await createKafkaWorld([
        valid(0),
        Buffer.from(JSON.stringify(notification({ id: uuid(0), title: 'another' }))),
      ]);
      await world.send(onFailureOf({ [`${log.name}-0`]: [0, 0] }));
      await replay(world);
      await world.send(onFailureOf({ [`${log.name}-0`]: [1, 1] }));
      expect(await replay(world)).toMatchObject({
        code: 0,
        endings: ['1 passed-over another record with its key is in the table', '1 completed'],
      });
      expect(await world.count()).toBe(0);
    });

    test('of another queue have their rejected records sent to the dead-letter queue', async () => {
      const { log, world } = await createKafkaWorld([Buffer.from('x'), valid(1)]);
      const other = await createQueueWorld();
      await other.send(onFailureOf({ [`${log.name}-0`]: [0, 1] }));
      expect((await replay(world, '--queue-url', other.queue.url)).code).toBe(0);
      expect(await other.count()).toBe(0);
      expect(await world.queue.takeDeadLetters()).toMatchObject([{ reason: 'invalid_json' }]);
    });

    test('stay when Kafka has only some of their records, which are stored', async () => {
      const { log, world } = await createKafkaWorld([0, 1, 2, 3, 4].map(valid));
      await log.deleteBefore(2);
      await world.send(onFailureOf({ [`${log.name}-0`]: [0, 9] }));
      const missing = `1 missing Kafka does not have ${log.name}-0 offsets 0 to 1 (deleted by retention), ${log.name}-0 offsets 5 to 9 (beyond the end of the log: is this the right cluster?)`;
      expect(await replay(world)).toMatchObject({ code: 1, endings: ['3 stored', missing] });
      expect(await offsetsIn(world)).toEqual([2, 3, 4]);
      expect(await world.count()).toBe(1);
      // The end of the log may be that of another cluster: that is never discarded.
      expect(await replay(world, '--discard-missing')).toMatchObject({
        code: 1,
        endings: ['3 stored', missing],
      });
      expect(await world.count()).toBe(1);
    });

    test('whose records are all missing stay, unless --discard-missing is given', async () => {
      const { log, world } = await createKafkaWorld([0, 1, 2].map(valid));
      await log.deleteBefore(3);
      await world.send(onFailureOf({ [`${log.name}-0`]: [0, 2] }));
      const detail = `Kafka does not have ${log.name}-0 offsets 0 to 2 (deleted by retention)`;
      expect(await replay(world)).toMatchObject({ code: 1, endings: [`1 missing ${detail}`] });
      expect(await world.count()).toBe(1);
      expect(await replay(world, '--discard-missing')).toMatchObject({
        ...{ code: 0, endings: [`1 discarded ${detail}`] },
      });
      expect(await world.count()).toBe(0);
    });

    test('are reported record by record by a dry run, which sends no dead letters', async () => {
      const { log, world } = await createKafkaWorld([valid(0), Buffer.from('x'), valid(2)]);
      await world.send(onFailureOf({ [`${log.name}-0`]: [0, 2] }));
      const { entries, code } = await replay(world, '--dry-run');
      expect(code).toBe(0);
      expect(entries?.map(({ id, ending }) => `${id.slice(log.name.length)} ${ending}`)).toEqual(
        expect.arrayContaining(['-0@0 stored', '-0@1 dead-lettered', '-0@2 stored']),
      );
      expect(await offsetsIn(world)).toEqual([]);
      expect(await world.count()).toBe(1);
    });

    test('of a topic that Kafka does not have are left, and dead letters are still replayed', async () => {
      const { log, world } = await createKafkaWorld([]);
      await world.send(
        onFailureOf({ 'no-such-topic-here-0': [0, 2] }),
        deadLetterOf(record(notification(), { topic: log.name })),
      );
      const { code, endings } = await replay(world);
      expect(code).toBe(1);
      expect(endings[0]).toBe('1 stored');
      expect(endings[1]).toMatch(/^1 (missing|left) .*no such topic/);
    });
  });

  describe('dead letters without their value', () => {
    const omitted = (topic: string, offset: number, value: Buffer) =>
      deadLetterOf(
        record(null, { topic, offset }),
        {},
        {
          valueOmitted: true,
          valueBytes: value.length,
          valueSha256: createHash('sha256').update(value).digest('hex'),
        },
      );

    test('are fetched from Kafka and checked by their hash', async () => {
      const { log, world } = await createKafkaWorld([valid(0), valid(1)]);
      await world.send(
        omitted(log.name, 0, valid(0)),
        omitted(log.name, 1, valid(7)),
        omitted(log.name, 2, valid(2)),
      );
      const { code, endings } = await replay(world);
      expect(code).toBe(1);
      expect(endings).toEqual([
        '1 stored',
        `1 missing Kafka does not have ${log.name}-0 offset 2 (beyond the end of the log: is this the right cluster?)`,
        '1 left Kafka has another record at its coordinates: the hash of the value differs',
      ]);
      expect(await offsetsIn(world)).toEqual([0]);
      expect(await world.count()).toBe(2);
    });

    test('a malformed record is taken as Kafka has it, also when it was too large for SQS', async () => {
      const { log, world } = await createKafkaWorld([valid(0), valid(1)]);
      const large = { ...record('x', { topic: log.name, offset: 1 }), value: '!'.repeat(1.2e6) };
      const malformed = { ...record('x', { topic: log.name }), value: 7 } as never;
      await world.send(
        deadLetterOf(malformed, {
          reason: 'malformed_record',
          message: 'value: neither base64 nor null',
        }),
        deadLetterOf(large as never, {
          reason: 'malformed_record',
          message: 'value: not base64',
        }),
      );
      expect(await replay(world)).toMatchObject({ code: 0, endings: ['2 stored'] });
    });
  });

  describe('--to-topic', () => {
    test('publishes records with their key, headers and value, a replay count and their origin', async () => {
      const { log, world } = await createKafkaWorld([]);
      const one = record(Buffer.from([0xff, 0]), {
        topic: 'elsewhere',
        offset: 7,
        headers: [{ trace: [-1, 65] }],
      });
      await world.send(
        deadLetterOf(one),
        deadLetterOf(one),
        deadLetterOf(record(null, { offset: 8 })),
      );
      // The database settings are not needed.
      const { queue } = world;
      const bare = { ...world, run: world.run };
      world.env.DATABASE_URL = '';
      expect(await replay(bare, '--to-topic', log.name)).toMatchObject({
        ...{ code: 0, endings: ['2 published', '1 duplicate'] },
      });
      expect(await queue.takeAll()).toHaveLength(0);
      const records = await log.records(0, 1);
      const returned = records.find(({ value }) => value !== null);
      expect(returned).toMatchObject({
        key: Buffer.from('k'),
        value: Buffer.from([0xff, 0]),
        timestamp: 1_761_091_200_000,
      });
      expect(returned?.headers?.[0]).toEqual({ name: 'trace', value: Buffer.from([0xff, 65]) });
      const names = returned?.headers?.map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining(['kafka-pg-sink-replays']));
      expect(returned && originOf(returned)).toBe('elsewhere-0@7/1761091200000');
    });

    test('a message that names a topic of others has it read only when --topic names it too', async () => {
      const { log, world } = await createKafkaWorld([]);
      const payroll = await createLog();
      await payroll.produce([{ key: Buffer.from('k'), value: Buffer.from('a salary') }]);
      const forged = onFailureOf({ [`${payroll.name}-0`]: [0, 0] });
      await world.send(forged);
      const left = `1 left its records cannot be fetched from Kafka: no definition takes the topic ${payroll.name}, so its records are not read: if you know why the message names it, give --topic ${payroll.name}`;
      expect(await replay(world, '--to-topic', log.name)).toMatchObject({
        code: 1,
        endings: [left],
      });
      expect(await log.read(0, 0)).toEqual(['0-0 not-written-yet']);
      const named = await replay(world, '--to-topic', log.name, '--topic', payroll.name);
      expect(named).toMatchObject({ code: 0, endings: ['1 published', '1 completed'] });
    });

    test('a dry run publishes nothing', async () => {
      const { log, world } = await createKafkaWorld([]);
      await world.send(deadLetterOf(record()));
      expect(await replay(world, '--to-topic', log.name, '--dry-run')).toMatchObject({
        ...{ code: 0, endings: ['1 published'] },
      });
      expect(await world.count()).toBe(1);
      expect(await log.read(0, 0)).toEqual(['0-0 not-written-yet']);
      const nowhere = await world.run('replay', '--dry-run', '--to-topic', 'no-such-topic-here');
      expect(nowhere.code).toBe(1);
      expect(nowhere.stderr).toMatch(/^Stopped: Kafka has no topic no-such-topic-here/m);
    });

    test('a topic that does not exist stops it, and every message stays in the queue', async () => {
      const { world } = await createKafkaWorld([]);
      await world.send(deadLetterOf(record()));
      const { code, stderr } = await world.run(
        'replay',
        '--yes',
        '--to-topic',
        'no-such-topic-here',
      );
      expect(code).toBe(1);
      expect(stderr).toMatch(/^Stopped: Kafka has no topic no-such-topic-here/m);
      expect((await world.queue.takeDeadLetters()).map(({ id }: DeadLetter) => id)).toHaveLength(1);
    });
  });
});
