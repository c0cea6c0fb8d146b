import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';

/** Pixels of a character and of a line, at 13 px. */
const CHARACTER = 7.83;
const LINE = 18;
const MARGIN = 16;

/** `npm run docs:picture`: runs `npm start`, and draws what it prints as docs/start.svg, targets that are missed too. */
const { stdout: output, status } = spawnSync('npm', ['--silent', 'start'], {
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'inherit'],
});
if (status !== 0 && status !== 3) throw new Error(`npm start ended with exit code ${status}.`);
const lines = ['$ npm start', ...stripVTControlCharacters(output).trimEnd().split('\n')];
const width = Math.max(...lines.map((line) => line.length)) * CHARACTER + 2 * MARGIN;
const height = lines.length * LINE + 2 * MARGIN;
const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const texts = lines.map((line, index) => {
  const style = /^(\$|Reconciliation)/.test(line) ? ' class="strong"' : '';
  const y = MARGIN + (index + 0.75) * LINE;
  return `<text x="${MARGIN}" y="${y}"${style} xml:space="preserve">${escaped(line)}</text>`;
});
writeFileSync(
  'docs/start.svg',
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${Math.ceil(width)} ${height}" role="img" aria-label="What npm start prints">
<style>
  rect { fill: #f6f8fa; stroke: #d0d7de }
  text { font: 13px ui-monospace, Menlo, Consolas, monospace; fill: #1f2328 }
  .strong { font-weight: 700 }
  @media (prefers-color-scheme: dark) { rect { fill: #161b22; stroke: #30363d } text { fill: #e6edf3 } }
</style>
<rect x="0.5" y="0.5" width="${Math.ceil(width) - 1}" height="${height - 1}" rx="8"/>
${texts.join('\n')}
</svg>
`,
);
console.log(`docs/start.svg ${lines.length} lines`);
