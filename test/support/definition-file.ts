import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import definition from '../../sink.config.ts';

/**
 * A file with the definition of the notifications, for a command that runs as a process of its own.
 *
 * @param changes fields of the definition that take the place of its own; each more makes a second definition, and so on
 * @returns its name; it is removed with the test
 */
export function definitionFile(...changes: readonly Readonly<Record<string, unknown>>[]): string {
  const columns = Object.entries(definition.columns).map(([name, { spec }]) => [name, spec]);
  const all = changes.map((some) => ({
    ...definition,
    columns: Object.fromEntries(columns),
    ...some,
  }));
  return fileOf('sink.config.json', JSON.stringify(all.length === 1 ? all[0] : all));
}

/** A file that is removed with the test. */
export function fileOf(name: string, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'definition-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}
