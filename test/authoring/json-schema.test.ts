import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import orders from '../../examples/orders/sink.config.ts';
import notifications from '../../sink.config.ts';
import { definitionSchema } from '../../src/authoring/json-schema.ts';
import type { AnyDefinition } from '../../src/definition/define.ts';
import { findProblems } from '../../src/definition/problems.ts';
import { TYPES, type TypeName } from '../../src/definition/types/all.ts';
import { CASES } from '../definition/support/cases.ts';

const validate = new Ajv({ allErrors: true }).compile(definitionSchema());

/** As JSON has it. */
function plain({ columns, ...rest }: AnyDefinition) {
  const specs = Object.entries(columns).map(([name, { spec }]) => [name, spec]);
  return JSON.parse(JSON.stringify({ ...rest, columns: Object.fromEntries(specs) }));
}

const GOOD = plain(notifications as unknown as AnyDefinition);

test('sink.config.schema.json is what npm run docs:schema writes', () => {
  const file = new URL('../../sink.config.schema.json', import.meta.url);
  expect(JSON.parse(readFileSync(file, 'utf8')), 'run npm run docs:schema').toEqual(
    definitionSchema(),
  );
});

test('it takes the definitions that ship, one and several', () => {
  for (const definition of [GOOD, plain(orders as unknown as AnyDefinition)])
    expect([validate(definition), validate.errors]).toEqual([true, null]);
  expect(validate([GOOD, { ...GOOD, topic: 'other' }])).toBe(true);
});

test.each(CASES.map(({ name, column }) => [name, column.spec] as const))(
  'it takes every column of a type: %s',
  (_, spec) => {
    if (spec.transform) return;
    const columns = { id: { type: 'text' }, c: JSON.parse(JSON.stringify(spec)) };
    expect([validate({ ...GOOD, key: 'id', columns }), validate.errors]).toEqual([true, null]);
  },
);

describe('what the sink refuses, it refuses too', () => {
  const column = (spec: Record<string, unknown>) => ({ ...GOOD, columns: { id: spec } });
  test.each([
    ['nothing', {}],
    ['no list of definitions', []],
    ['a topic that is no name', { ...GOOD, topic: 'a b' }],
    ['a key of another kind', { ...GOOD, key: 7 }],
    ['an unknown field', { ...GOOD, tabel: 'a' }],
    ['no columns', { ...GOOD, columns: {} }],
    ['a type that does not exist', column({ type: 'varchar2' })],
    ['a varchar without its length', column({ type: 'varchar' })],
    ['an option of another type', column({ type: 'text', precision: 3 })],
    ['a source of nothing', column({ type: 'text', from: { meta: 'size' } })],
    ['a default of null', column({ type: 'text', default: null })],
    ['an unknown way of writing', { ...GOOD, write: { mode: 'upsert' } }],
  ])('%s', (_, definition) => {
    const problems = Array.isArray(definition) ? ['empty'] : findProblems(definition);
    expect([validate(definition), problems.length > 0]).toEqual([false, true]);
  });
});

test.each(Object.keys(TYPES) as TypeName[])('no option of %s is missing', (type) => {
  const found = JSON.stringify(definitionSchema());
  for (const option of Object.keys(TYPES[type].options)) expect(found).toContain(`"${option}":{`);
});
