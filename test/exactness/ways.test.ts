import { expect, test } from 'vitest';
import { onEachVersion } from '../support/versions.ts';
import { type EveryCase, everyCase, type Refused, touch } from './support/every-case.ts';
import { createWorld, type World } from './support/world.ts';

interface Way {
  readonly name: string;
  /** Brings all records to the table or the queue. */
  go(world: World, records: Parameters<World['send']>[0]): Promise<unknown>;
  /** What does not become a row this way, beside what the definition rejects. */
  refused(all: EveryCase): readonly Refused[];
  /** The commands that must have sent rows. */
  readonly commands: readonly string[];
  /** Whether the dead letters name columns. */
  readonly asks?: true;
  readonly touched?: true;
}

const none = () => [];
const byType = ({ refusedByType }: EveryCase) => refusedByType;
const byCheck = ({ refusedByCheck }: EveryCase) => [refusedByCheck];
/** They were dead-lettered for a CHECK, by which alone rows were judged, and stay as they came. */
const both = (all: EveryCase) => [...byType(all), ...byCheck(all)];
const REFUSED = ['COPY', 'INSERT'];

const WAYS: readonly Way[] = [
  {
    name: 'COPY',
    go: ({ send }, records) => send(records),
    ...{ refused: none, commands: ['COPY'] },
  },
  {
    name: 'INSERT',
    async go({ send }, records) {
      for (let at = 0; at < records.length; at += 49) await send(records.slice(at, at + 49));
    },
    ...{ refused: both, commands: ['INSERT'], asks: true },
  },
  {
    name: 'INSERT, as COPY is refused for a row that is there',
    go: ({ send }, records) => send(records.slice(0, 1)).then(() => send(records)),
    ...{ refused: none, commands: REFUSED },
  },
  {
    name: 'INSERT, as COPY is refused for a row that a CHECK refuses',
    go: ({ send }, records) => send(records),
    ...{ refused: byCheck, commands: REFUSED },
  },
  {
    name: 'INSERT, as COPY is refused for a value that its type refuses',
    go: ({ send }, records) => send(records),
    ...{ refused: byType, commands: REFUSED, asks: true },
  },
  {
    name: 'replay',
    go: ({ deadLetter, replay }, records) => deadLetter(records).then(() => replay(null)),
    ...{ refused: byType, commands: REFUSED, asks: true },
  },
  {
    name: 'replay with a transform that returns what it gets',
    go: ({ deadLetter, replay }, records) =>
      deadLetter(records).then(() => replay((value) => value as never)),
    ...{ refused: byType, commands: REFUSED, asks: true },
  },
  {
    name: 'replay with a transform that changes another field',
    go: ({ deadLetter, replay }, records) => deadLetter(records).then(() => replay(touch)),
    ...{ refused: byType, commands: REFUSED, asks: true, touched: true },
  },
];

onEachVersion((version) => {
  const all = everyCase(version);
  test.each(WAYS)(
    'each value of each type is stored exactly, or dead-lettered as it came, by $name',
    async ({ go, refused, commands, asks, touched }) => {
      const world = await createWorld(all.sinks, all.ddl, 'exact');
      const invalid = [...all.rejected, ...refused(all)];
      await go(
        world,
        [...all.taken, ...invalid].map(({ record }) => record),
      );

      const [server] = await world.database.query<{ server_version: string }>(
        'SHOW server_version',
      );
      expect(server?.server_version).toMatch(new RegExp(`^${version}\\.`));
      expect(await world.commands()).toEqual(commands);
      const rows = await world.rows(all.shown, 'n');
      expect(named(all, rows)).toEqual(
        named(
          all,
          all.taken.map(({ row }) => (touched ? [...row.slice(0, -1), 'true'] : row)),
        ),
      );
      // Before 16, PostgreSQL cannot be asked which column it is.
      const names = asks && version >= 16;
      const deadLetters = (await world.deadLetters()).map(({ id, message, record }) => ({
        ...{ id, message, value: record.value },
      }));
      const expected = invalid.map(({ record, message, column }) => ({
        id: `exact-0@${record.offset}`,
        message: names && column ? `${message}, column ${column}` : message,
        value: record.value?.toString('base64'),
      }));
      expect(deadLetters).toEqual(expected.toSorted((a, b) => (a.id < b.id ? -1 : 1)));
    },
  );
});

/** Each value with the name of its case, for whoever reads the difference. */
function named({ names }: EveryCase, rows: readonly (readonly (string | null)[])[]) {
  return rows.flatMap((row, n) => row.map((value, at) => [n, names[at], value]));
}
