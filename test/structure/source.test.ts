import { expect, test } from 'vitest';
import { readSource } from '../../scripts/read-source.ts';

const SOURCE = `
import type { A } from './type.ts';
import b, { type C } from "./value.ts";
import './effect.ts';
export * from './all.ts';
export { d } from './one.ts';
type E = import('./type-expression.ts').E;
const f = await import('./dynamic.ts');
// import './comment.ts'
/* import './block.ts' */
const g = "import './string.ts'";
const h = /import '.\\/pattern.ts'/;
const i = \`outer \${g} and \${\`inner \${h}\`} end\`;
`;

test('every kind of import is found, and none in comments, strings and patterns', () => {
  expect(readSource('a.ts', SOURCE).imports).toEqual([
    './type.ts',
    './value.ts',
    './effect.ts',
    './all.ts',
    './one.ts',
    './type-expression.ts',
    './dynamic.ts',
  ]);
});

test('comments and strings are found, but not what is imported', () => {
  const texts = readSource('a.ts', SOURCE).texts.map(({ start, end }) => SOURCE.slice(start, end));
  expect(texts).toEqual([
    "// import './comment.ts'",
    "/* import './block.ts' */",
    "import './string.ts'",
    'outer ',
    ' and ',
    'inner ',
    '',
    ' end',
  ]);
});

test('CommonJS is read alike', () => {
  const source = `module.exports = async () => ['a', await import('./b.ts'), \`c\`]; // d`;
  const { imports, texts } = readSource('a.cjs', source);
  expect(imports).toEqual(['./b.ts']);
  expect(texts.map(({ start, end }) => source.slice(start, end))).toEqual(['a', 'c', '// d']);
});

test('a file that cannot be parsed is an error', () => {
  expect(() => readSource('a.ts', 'const = 1')).toThrow('a.ts: ');
});
