import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { settingsPage } from '../../scripts/settings-page.ts';
import { decimal, integer, oneOf } from '../../src/settings/kinds.ts';
import { createReader } from '../../src/settings/reader.ts';
import { readSetting } from '../../src/settings/setting.ts';
import { flagOf, settingsOf, TABLE } from '../../src/settings/table/all.ts';

const ALL = settingsOf(TABLE);
const fixed = ALL.filter((setting) => setting.default !== undefined);

test.each(fixed.map((setting) => [setting.variable, setting] as const))(
  'the default of %s passes its own rule',
  (variable, setting) => {
    const set = createReader({ [variable]: setting.default });
    const value = readSetting(set, setting);
    expect(value).toBeDefined();
    expect(() => set.done()).not.toThrow();
    // Not set, and set to an empty string, mean the same.
    for (const env of [{}, { [variable]: '' }])
      expect(readSetting(createReader(env), setting)).toEqual(value);
  },
);

test('each variable and each option stands in the table once', () => {
  for (const names of [ALL.map(({ variable }) => variable), ALL.map(flagOf)]) {
    const given = names.filter((name) => name !== null);
    expect(given.filter((name, at) => given.indexOf(name) !== at)).toEqual([]);
  }
});

test('docs/settings.md is what npm run docs:settings writes', () => {
  const page = readFileSync(new URL('../../docs/settings.md', import.meta.url), 'utf8');
  expect(page, 'run npm run docs:settings').toBe(settingsPage());
});

test('a whole number in its range is read as it is, and everything else is refused', () => {
  const { parse } = integer(10, 5000, 'ms');
  fc.assert(
    fc.property(
      fc.oneof(fc.integer().map(String), fc.string(), fc.double().map(String)),
      (text) => {
        const expected = /^\d+$/.test(text) && +text >= 10 && +text <= 5000 ? +text : undefined;
        expect(parse(text)).toBe(expected);
      },
    ),
  );
});

test('a decimal in its range is read as it is', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1000 }), (thousandths) => {
      const text = (thousandths / 1000).toFixed(3);
      expect(decimal(0, 1, 'share').parse(text)).toBe(thousandths / 1000);
    }),
  );
});

test('a word is accepted only as it is written', () => {
  const { parse } = oneOf('earliest', 'latest');
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(parse(text)).toBe(text === 'earliest' || text === 'latest' ? text : undefined);
    }),
  );
  expect(parse('latest')).toBe('latest');
  for (const text of ['Latest', 'latest ', 'constructor']) expect(parse(text)).toBeUndefined();
});
