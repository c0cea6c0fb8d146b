import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { definitionData } from '../../../local/definition-data.ts';
import { renamedDefinition } from '../../../local/proof/renamed-definition.ts';
import { loadDefinitions } from '../../../src/authoring/load.ts';
import { ROOT } from '../../support/process.ts';
import { temporaryFolder } from '../helpers.ts';

function jsonFile(): string {
  const file = join(temporaryFolder(), 'sink.config.json');
  writeFileSync(file, JSON.stringify(definitionData({ $schema: './sink.config.schema.json' })));
  return file;
}

test.each([
  ['a module', () => `${ROOT}sink.config.ts`, ['notifications-1']],
  ['a list of them', () => `${ROOT}examples/three-topics/sink.config.ts`, ['a-1', 'b-1', 'c-1']],
  ['JSON', jsonFile, ['notifications-2']],
])('the definitions of %s are the same with other topics', async (_, fileOf, topics) => {
  const file = fileOf();
  const renamed = join(temporaryFolder(), 'renamed.config.mjs');
  writeFileSync(renamed, renamedDefinition(file, topics));
  const [before, after] = [await loadDefinitions(file), await loadDefinitions(renamed)];
  expect(after.map(({ topic }) => topic)).toEqual(topics);
  expect(after.map(({ table, columns }) => [table, columns])).toEqual(
    before.map(({ table, columns }) => [table, columns]),
  );
});
