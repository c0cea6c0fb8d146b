import { createHash } from 'node:crypto';
import { describe, expect, inject, test } from 'vitest';
import type { Letter } from '../../src/dead-letter/message.ts';
import { originOf } from '../../src/record/origin.ts';
import { createLog } from '../kafka/support/kafka-topic.ts';
import { notification, record, uuid } from '../support/records.ts';
import { createMailroom, letterOf, type Mailroom, noteOf } from './support/queue-world.ts';

const sound = (number: number) => Buffer.from(JSON.stringify(notification({ id: uuid(number) })));
const withoutId = Buffer.from(JSON.stringify(notification({ id: undefined })));

async function replay(room: Mailroom, ...args: string[]) {
  const { code, stdout } = await room.run('replay', '--yes', '--json', ...args);
  const { groups, entries } = JSON.parse(stdout) as {
    groups: { ending: string; detail: string; count: number }[];
    entries?: { id: string; ending: string }[];
  };
  return {
    code,
    entries,
    told: groups.map(({ ending, detail, count }) => `${count} ${ending} ${detail}`.trim()),
  };
}

const offsetsIn = async ({ database }: Mailroom) =>
  (
    await database.query<{ at: number }>(
      'SELECT source_offset::int AS at FROM notifications ORDER BY at',
    )
  ).map(({ at }) => at);

describe.skipIf(inject('kafka') === null)('over a real broker', () => {
  async function createWorld(values: readonly Buffer[], env: Record<string, string> = {}) {
    const log = await createLog();
    await log.produce(values.map((value) => ({ key: Buffer.from('k'), value })));
    const room = await createMailroom({ KAFKA_BOOTSTRAP_SERVERS: log.servers, ...env });
    return { log, room };
  }

  describe('notes of Lambda', () => {
    test('are replayed from Kafka; rejected records get letters; the note goes when all are settled', async () => {
      const { log, room } = await createWorld([
        sound(0),
        Buffer.from('{not json'),
        sound(2),
        withoutId,
        sound(4),
      ]);
      await room.send(noteOf({ [`${log.name}-0`]: [1, 3] }));
      expect(await replay(room)).toMatchObject({
        code: 0,
        told: ['2 stored', '1 dead-lettered invalid_json: value: not JSON', '1 read'],
      });
      expect(await offsetsIn(room)).toEqual([2, 3]);
      const letters = await room.queue.takeLetters();
      expect(letters).toMatchObject([
        {
          id: `${log.name}-0-1`,
          reason: 'invalid_json',
          source: 'arn:aws:kafka:us-east-1:123456789012:cluster/notifications/6cc0432b-2',
          record: { offset: 1, key: 'aw==' },
        },
      ]);
    });

    test('of another queue have their rejected records dead-lettered in the queue of letters', async () => {
      const { log, room } = await createWorld([Buffer.from('x'), sound(1)]);
      const other = await createMailroom();
      await other.send(noteOf({ [`${log.name}-0`]: [0, 1] }));
      expect((await replay(room, '--queue-url', other.queue.url)).code).toBe(0);
      expect(await other.count()).toBe(0);
      expect(await room.queue.takeLetters()).toMatchObject([{ reason: 'invalid_json' }]);
    });

    test('whose records are partly gone are stored as far as Kafka has them, and stay', async () => {
      const { log, room } = await createWorld([0, 1, 2, 3, 4].map(sound));
      await log.deleteBefore(2);
      await room.send(noteOf({ [`${log.name}-0`]: [0, 9] }));
      const gone = `1 gone Kafka does not have ${log.name}-0 offsets 0 to 1 (deleted by retention), ${log.name}-0 offsets 5 to 9 (beyond the end of the log; is this the right cluster?)`;
      expect(await replay(room)).toMatchObject({ code: 1, told: ['3 stored', gone] });
      expect(await offsetsIn(room)).toEqual([2, 3, 4]);
      expect(await room.count()).toBe(1);
      // The end of the log may be that of another cluster: that is never discarded.
      expect(await replay(room, '--discard-gone')).toMatchObject({
        code: 1,
        told: ['3 stored', gone],
      });
      expect(await room.count()).toBe(1);
    });

    test('whose records are wholly gone stay, unless --discard-gone is given', async () => {
      const { log, room } = await createWorld([0, 1, 2].map(sound));
      await log.deleteBefore(3);
      await room.send(noteOf({ [`${log.name}-0`]: [0, 2] }));
      const detail = `Kafka does not have ${log.name}-0 offsets 0 to 2 (deleted by retention)`;
      expect(await replay(room)).toMatchObject({ code: 1, told: [`1 gone ${detail}`] });
      expect(await room.count()).toBe(1);
      expect(await replay(room, '--discard-gone')).toMatchObject({
        ...{ code: 0, told: [`1 discarded ${detail}`] },
      });
      expect(await room.count()).toBe(0);
    });

    test('are told of record by record by a dry run, which sends no letters', async () => {
      const { log, room } = await createWorld([sound(0), Buffer.from('x'), sound(2)]);
      await room.send(noteOf({ [`${log.name}-0`]: [0, 2] }));
      const { entries, code } = await replay(room, '--dry-run');
      expect(code).toBe(0);
      expect(entries?.map(({ id, ending }) => `${id.slice(log.name.length)} ${ending}`)).toEqual(
        expect.arrayContaining(['-0-0 stored', '-0-1 dead-lettered', '-0-2 stored']),
      );
      expect(await offsetsIn(room)).toEqual([]);
      expect(await room.count()).toBe(1);
    });

    test('of another topic are left where Kafka has none of that name, and letters go on', async () => {
      const { log, room } = await createWorld([]);
      await room.send(noteOf({ 'no-such-topic-here-0': [0, 2] }), letterOf(record()));
      const { code, told } = await replay(room);
      expect(code).toBe(1);
      expect(told[0]).toBe('1 stored');
      expect(told[1]).toMatch(/^1 (gone|left) .*no such topic/);
      expect(log.name).toBeTruthy();
    });
  });

  describe('letters without their value', () => {
    const omitted = (topic: string, offset: number, value: Buffer) =>
      letterOf(
        record(null, { topic, offset }),
        {},
        {
          valueOmitted: true,
          valueBytes: value.length,
          valueSha256: createHash('sha256').update(value).digest('hex'),
        },
      );

    test('are fetched from Kafka and checked by their hash', async () => {
      const { log, room } = await createWorld([sound(0), sound(1)]);
      await room.send(
        omitted(log.name, 0, sound(0)),
        omitted(log.name, 1, sound(7)),
        omitted(log.name, 2, sound(2)),
      );
      const { code, told } = await replay(room);
      expect(code).toBe(1);
      expect(told).toEqual([
        '1 stored',
        `1 gone Kafka does not have ${log.name}-0 offset 2 (beyond the end of the log; is this the right cluster?)`,
        '1 left the record that Kafka has at its coordinates is another one, by its hash',
      ]);
      expect(await offsetsIn(room)).toEqual([0]);
      expect(await room.count()).toBe(2);
    });

    test('a malformed record is taken as Kafka has it', async () => {
      const { log, room } = await createWorld([sound(0)]);
      const broken = { ...record('x', { topic: log.name }), value: 7 } as never;
      await room.send(
        letterOf(broken, { reason: 'malformed_record', message: 'value: neither base64 nor null' }),
      );
      expect(await replay(room)).toMatchObject({ code: 0, told: ['1 stored'] });
    });
  });

  describe('--to-topic', () => {
    test('puts records back with their key, headers and value, a replay count and their origin', async () => {
      const { log, room } = await createWorld([]);
      const one = record(Buffer.from([0xff, 0]), {
        topic: 'elsewhere',
        offset: 7,
        headers: [{ name: 'trace', value: Buffer.from([0xff, 65]) }],
      } as never);
      await room.send(letterOf(one), letterOf(one), letterOf(record(null, { offset: 8 })));
      // No setting of the database is needed.
      const { queue } = room;
      const bare = { ...room, run: room.run };
      room.env.DATABASE_URL = '';
      expect(await replay(bare, '--to-topic', log.name)).toMatchObject({
        ...{ code: 0, told: ['2 published', '1 second'] },
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
      expect(returned && originOf(returned)).toBe('elsewhere-0@7');
    });

    test('a dry run puts nothing there', async () => {
      const { log, room } = await createWorld([]);
      await room.send(letterOf(record()));
      expect(await replay(room, '--to-topic', log.name, '--dry-run')).toMatchObject({
        ...{ code: 0, told: ['1 published'] },
      });
      expect(await room.count()).toBe(1);
      expect(await log.read(0, 0)).toEqual(['0-0 not-written-yet']);
      const nowhere = await room.run('replay', '--dry-run', '--to-topic', 'no-such-topic-here');
      expect(nowhere.code).toBe(1);
      expect(nowhere.stderr).toMatch(/^Stopped: Kafka has no topic no-such-topic-here/m);
    });

    test('a topic that does not exist stops it, and all stays in the queue', async () => {
      const { room } = await createWorld([]);
      await room.send(letterOf(record()));
      const { code, stderr } = await room.run(
        'replay',
        '--yes',
        '--to-topic',
        'no-such-topic-here',
      );
      expect(code).toBe(1);
      expect(stderr).toMatch(/^Stopped: Kafka has no topic no-such-topic-here/m);
      expect((await room.queue.takeLetters()).map(({ id }: Letter) => id)).toHaveLength(1);
    });
  });
});
