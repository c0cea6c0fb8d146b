import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { definitionSchema } from '../../src/authoring/json-schema.ts';
import { loadSinks } from '../../src/authoring/load.ts';
import { findProblems } from '../../src/definition/problems.ts';
import { TYPES } from '../../src/definition/types/all.ts';
import { createProject } from '../authoring/support/project.ts';

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');

test('docs/definition.md shows the definition that ships', () => {
  expect(read('docs/definition.md')).toContain(`\`\`\`ts\n${read('sink.config.ts')}\`\`\`\n`);
});

test('README.md shows a definition that TypeScript and the sink take', async () => {
  const [, shown = ''] = /```ts\n([\s\S]+?)```/.exec(read('README.md')) ?? [];
  const project = createProject();
  const file = project.write('sink.config.ts', shown);
  expect(project.compile()).toBe('');
  expect((await loadSinks(file)).all.map(({ name }) => name)).toEqual(['orders']);
});

const page = read('docs/definition.md');

test('docs/definition.md shows the definition of examples/orders', () => {
  const [, shown = ''] = /```ts\n([\s\S]+?)```/.exec(page) ?? [];
  const words = (text: string) => text.replace(/\/\*\*.*?\*\//s, '').match(/[^\s,]+/g) ?? [];
  expect(words(shown)).toEqual(words(read('examples/orders/sink.config.ts')));
});

test('docs/definition.md shows a definition in JSON that the sink and the schema take', () => {
  const [, shown = ''] = /```json\n([\s\S]+?)```/.exec(page) ?? [];
  const { $schema, ...definition } = JSON.parse(shown);
  expect($schema).toBe('./sink.config.schema.json');
  expect(findProblems(definition)).toEqual([]);
  expect(new Ajv().compile(definitionSchema())(JSON.parse(shown))).toBe(true);
});

test.each(Object.keys(TYPES))('docs/definition.md explains the type %s', (type) => {
  expect(page).toContain(type === 'enum' ? '`pgEnum(' : `${type}(`);
});
