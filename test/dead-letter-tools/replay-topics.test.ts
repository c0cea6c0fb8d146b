import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { definitionFile, fileOf } from '../support/definition-file.ts';
import { notification, record, uuid } from '../support/records.ts';
import {
  createQueueWorld,
  deadLetterOf,
  goodDeadLetter,
  type QueueWorld,
} from './support/queue-world.ts';

async function replay({ run }: QueueWorld, ...args: string[]) {
  const { code, stdout } = await run('replay', '--json', ...args);
  const { groups, stopped } = JSON.parse(stdout) as {
    groups: { ending: string; detail: string; count: number }[];
    stopped: string | null;
  };
  const endings = groups.map(({ ending, detail, count }) => `${count} ${ending} ${detail}`.trim());
  return { code, stopped, endings };
}

const of = (topic: string, number: number, fields = {}) =>
  deadLetterOf(record(notification({ id: uuid(number), ...fields }), { topic, offset: number }));

test('dead letters of two topics go into their tables, and one of a topic without a definition is left', async () => {
  const world = await createQueueWorld({
    SINK_CONFIG: definitionFile({}, { topic: 'alerts', table: 'alerts' }),
  });
  await world.database.query('CREATE TABLE alerts (LIKE notifications INCLUDING ALL)');
  const topics = ['notifications', 'alerts', 'payments'];
  await world.send(...topics.map((topic) => of(topic, 1)), of('alerts', 2), of('payments', 2));
  const left =
    '2 left payments: no definition takes this topic: add one to the definition file, which has notifications, alerts, or name another by --sink';
  const replayed = { code: 1, stopped: null, endings: ['3 stored', left] };
  expect(await replay(world, '--dry-run')).toEqual(replayed);
  expect(await world.count()).toBe(5);
  expect(await replay(world, '--yes')).toEqual(replayed);
  const stored = `SELECT source_topic AS topic, source_offset::int AS at FROM notifications
                   UNION ALL SELECT source_topic, source_offset::int + 100 FROM alerts ORDER BY at`;
  expect(await world.database.query(stored)).toEqual([
    { topic: 'notifications', at: 1 },
    { topic: 'alerts', at: 101 },
    { topic: 'alerts', at: 102 },
  ]);
  expect((await world.queue.takeDeadLetters()).map(({ id }) => id).sort()).toEqual([
    'payments-0@1',
    'payments-0@2',
  ]);
});

test.each([
  ['ignore', 'another record with its key is in the table'],
  ['dead-letter', 'key_conflict: another record with its key is in the table'],
])(
  'a key that another record has, with onConflict: %s: the dead letter is kept, and that of a record that is there already is deleted',
  async (onConflict, detail) => {
    const world = await createQueueWorld({
      SINK_CONFIG: definitionFile({ write: { onConflict } }),
    });
    await world.send(goodDeadLetter(1));
    await replay(world, '--yes');
    const conflict = record(notification({ id: uuid(1), title: 'another' }), { offset: 7 });
    await world.send(deadLetterOf(conflict, { reason: 'key_conflict' }), goodDeadLetter(1));
    const rejected = `1 rejected ${detail}`;
    expect(await replay(world, '--dry-run')).toEqual({
      ...{ code: 1, stopped: null, endings: ['1 already-there', rejected] },
    });
    expect(await replay(world, '--yes')).toEqual({
      ...{ code: 1, stopped: null, endings: ['1 stored', rejected] },
    });
    const { stdout } = await world.run('list', '--reason', 'key_conflict', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ deadLetters: 1 });
    const [left, ...others] = await world.queue.takeAll();
    expect(others).toEqual([]);
    expect(left?.MessageAttributes?.replayAttempts?.StringValue).toBe('1');
    expect(await world.database.query('SELECT title FROM notifications')).not.toContainEqual({
      title: 'another',
    });
  },
);

test('says by which rule a record is passed over, in the words of a person too', async () => {
  const plain = readFileSync(definitionFile({}), 'utf8');
  const world = await createQueueWorld({
    TOMBSTONE_POLICY: 'ignore',
    SINK_CONFIG: fileOf(
      'sink.config.mjs',
      `export default { ...${plain}, where: ({ title }) => title !== 'not this one' };`,
    ),
  });
  const where = of('notifications', 2, { title: 'not this one' });
  await world.send(deadLetterOf(record(null), { reason: 'tombstone' }), where, goodDeadLetter(3));
  const { code, stdout } = await world.run('replay', '--dry-run');
  expect({ code, stdout: stdout.replace(/\d+\.\d s/, '… s') }).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^ {2}1 {2}would be stored\n/),
  });
  expect(stdout).toMatch(
    / {2}1 {2}would be passed over\n {5}a tombstone, as TOMBSTONE_POLICY or write.tombstones says\n {5}notifications-0@/,
  );
  expect(stdout).toMatch(
    / {2}1 {2}would be passed over\n {5}as where of the definition says\n {5}notifications-0@2/,
  );
  expect((await replay(world, '--yes')).endings.sort()).toEqual([
    '1 passed-over a tombstone, as TOMBSTONE_POLICY or write.tombstones says',
    '1 passed-over as where of the definition says',
    '1 stored',
  ]);
  expect(await world.count()).toBe(0);
});
