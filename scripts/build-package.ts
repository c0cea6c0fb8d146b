import { execFileSync } from 'node:child_process';
import { chmod, cp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { publishedManifest } from './published-manifest.ts';

const [folder = 'dist/package'] = process.argv.slice(2);
/** What is in it as it is here. */
const COPIED = [
  ...['README.md', 'LICENSE', 'CHANGELOG.md', 'docs', 'infra/parameters.yml', 'template'],
];
const SCHEMA = 'sink.config.schema.json';
const COMMAND = 'cli/kafka-pg-sink.cjs';

/**
 * Builds the package, as npm publishes it: JavaScript and types, each module a file of its own. Another folder can be
 * named: those who build at the same time need two.
 */
await rm(folder, { recursive: true, force: true });
execFileSync('node_modules/.bin/tsc', ['--project', 'tsconfig.package.json', '--outDir', folder], {
  stdio: 'inherit',
});
await rename(`${folder}/src`, `${folder}/lib`);
await cp(`src/${COMMAND}`, `${folder}/lib/${COMMAND}`);
await chmod(`${folder}/lib/${COMMAND}`, 0o755);
for (const path of COPIED) await cp(path, `${folder}/${path}`, { recursive: true });
// Editors read it, not people: without its spaces it is a quarter as long.
await writeFile(`${folder}/${SCHEMA}`, JSON.stringify(JSON.parse(await readFile(SCHEMA, 'utf8'))));
await writeFile(`${folder}/package.json`, `${JSON.stringify(publishedManifest(), null, 2)}\n`);
