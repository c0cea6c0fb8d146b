import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { onTestFinished } from 'vitest';
import { ROOT } from '../../support/process.ts';

const INDEX = fileURLToPath(new URL('../../../src/index.ts', import.meta.url));

export interface Project {
  /** The path of a file in it. */
  path(name: string): string;
  write(name: string, text: string | Buffer): string;
  /** What TypeScript says of its files, at its strictest; empty when nothing is wrong. */
  compile(): string;
}

/** A user's folder in which `kafka-pg-sink` can be imported; it is removed with the test. */
export function createProject(): Project {
  const folder = mkdtempSync(join(tmpdir(), 'project-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = (name: string) => join(folder, name);
  const write = (name: string, text: string | Buffer) => {
    writeFileSync(path(name), text);
    return path(name);
  };
  const own = join('node_modules', 'kafka-pg-sink');
  mkdirSync(path(own), { recursive: true });
  write('package.json', '{ "type": "module" }');
  write(join(own, 'package.json'), '{ "type": "module", "exports": "./index.js" }');
  write(join(own, 'index.js'), `export * from ${JSON.stringify(pathToFileURL(INDEX).href)};`);
  write(join(own, 'index.d.ts'), `export * from ${JSON.stringify(INDEX)};`);
  return {
    path,
    write,
    compile() {
      write(
        'tsconfig.json',
        JSON.stringify({
          extends: join(ROOT, 'tsconfig.json'),
          compilerOptions: { typeRoots: [join(ROOT, 'node_modules', '@types')] },
          include: ['*.ts'],
        }),
      );
      const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
      return spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' }).stdout;
    },
  };
}
