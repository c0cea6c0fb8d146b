import { globSync, readFileSync } from 'node:fs';
import { blank, findWords } from './words/find.ts';
import { readRules } from './words/rules.ts';
import { textsOf } from './words/texts.ts';

const GUIDE = 'CONTRIBUTING.md';
const FILES = ['**/*.{md,ts,cjs,sql,yml,yaml,jsonc}', '**/Dockerfile', 'package.json', '.ci/run'];
/** What git ignores, and history, which says what was in the words of its day. */
const EXEMPT = [...readFileSync('.gitignore', 'utf8').trim().split('\n'), 'CHANGELOG.md'];

/** `npm run check`: refuses the words that CONTRIBUTING.md does, in documents, comments, strings and names of files. */
const guide = readFileSync(GUIDE, 'utf8');
const rules = readRules(guide);
const complaints = globSync(FILES, { exclude: EXEMPT.map((path) => path.replace(/\/$/, '/**')) })
  .sort()
  .flatMap((path) => {
    const text = path === GUIDE ? withoutTable(guide) : textsOf(path, readFileSync(path, 'utf8'));
    const inName = findWords(path, rules).map(
      ({ word, write }) => `${path}: its name has "${word}"; write: ${write}`,
    );
    const inText = findWords(text, rules).map(
      ({ line, word, write }) => `${path}:${line}: "${word}"; write: ${write}`,
    );
    return [...inName, ...inText];
  });
for (const complaint of complaints) console.error(complaint);
if (complaints.length > 0) {
  console.error(`\n${complaints.length} words that ${GUIDE} ("The words") refuses.`);
  process.exitCode = 1;
}

/** The table of words names what it refuses. */
function withoutTable(text: string): string {
  return text.replace(/^\| write \| not \|[\s\S]*?(?=^$)/m, blank);
}
