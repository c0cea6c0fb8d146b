import { describe, expect, test } from 'vitest';
import { findWords } from '../../scripts/words/find.ts';
import { readRules } from '../../scripts/words/rules.ts';
import { textsOf } from '../../scripts/words/texts.ts';

const RULES = readRules(`
| write | not | but this is fine |
|---|---|---|
| fruit | \`apple*\` | \`apple tree*\` |
| at once | \`on the spot\`, \`right away\` | |
| the reason | \`PLAN §*\` | |
`);

const words = (text: string) => findWords(text, RULES).map(({ line, word }) => `${line} ${word}`);

describe('the table of words', () => {
  test.each([
    ['a word', 'an apple', ['1 apple']],
    ['a word in any case', 'Apple, APPLE', ['1 Apple', '1 APPLE']],
    ['any ending, if the table has an asterisk', 'apples', ['1 apples']],
    ['no other ending', 'on the spotless', []],
    ['no word within a word', 'pineapple', []],
    ['a word beside a hyphen or an underscore', 'apple-pie, green_apple', ['1 apple', '1 apple']],
    ['each of several words', 'right away,\non the spot', ['1 right away', '2 on the spot']],
    ['words over two lines of a comment', '// on the\n// spot', ['1 on the spot']],
    ['words over two lines of a doc comment', '/**\n * on\n * the spot */', ['2 on the spot']],
    ['a word with capitals only in that case', 'PLAN §4, plan §4', ['1 PLAN §4']],
    ['not what is fine', 'apple trees and apple-tree, apple', ['1 apple']],
  ])('refuses %s', (_, text, found) => {
    expect(words(text)).toEqual(found);
  });

  test('says what to write instead', () => {
    expect(findWords('\n\nan apple', RULES)).toEqual([{ line: 3, word: 'apple', write: 'fruit' }]);
  });

  test('must name a word in each row', () => {
    const table = '| write | not | but this is fine |\n|---|---|---|\n| fruit | apple | |\n';
    expect(() => readRules(table)).toThrow('no word in quotes beside "fruit"');
  });
});

describe('of code', () => {
  test('comments and strings are read, names and paths are not', () => {
    const code = `import apple from './apple.ts'; // apple
const apples = /apple/;
say('an apple', \`an \${apple} apple\`, apple);
say('on the', 'spot');`;
    expect(words(textsOf('a.ts', code))).toEqual(['1 apple', '3 apple', '3 apple']);
  });

  test('a document is read as a whole', () => {
    expect(textsOf('a.md', '`apple`')).toBe('`apple`');
  });
});
