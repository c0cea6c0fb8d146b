import { execFileSync } from 'node:child_process';
import { chmod, cp, rename, rm, writeFile } from 'node:fs/promises';
import { publishedManifest } from './published-manifest.ts';

const FOLDER = 'dist/package';
/** What is in it as it is here. */
const COPIED = [
  ...['README.md', 'LICENSE', 'CHANGELOG.md', 'docs'],
  ...['infra/parameters.yml', 'sink.config.schema.json', 'template'],
];
const COMMAND = 'cli/kafka-pg-sink.cjs';

/** Builds the package, as npm publishes it: JavaScript and types, each module a file of its own. */
await rm(FOLDER, { recursive: true, force: true });
execFileSync('node_modules/.bin/tsc', ['--project', 'tsconfig.package.json'], { stdio: 'inherit' });
await rename(`${FOLDER}/src`, `${FOLDER}/lib`);
await cp(`src/${COMMAND}`, `${FOLDER}/lib/${COMMAND}`);
await chmod(`${FOLDER}/lib/${COMMAND}`, 0o755);
for (const path of COPIED) await cp(path, `${FOLDER}/${path}`, { recursive: true });
await writeFile(`${FOLDER}/package.json`, `${JSON.stringify(publishedManifest(), null, 2)}\n`);
