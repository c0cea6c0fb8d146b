import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import definition from '../../sink.config.ts';

/**
 * A file with the definition of the notifications, for a command that runs as a process of its own.
 *
 * @param changes fields of the definition that take the place of its own
 * @returns its name; it is removed with the test
 */
export function definitionFile(changes: Readonly<Record<string, unknown>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'definition-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'sink.config.json');
  const columns = Object.entries(definition.columns).map(([name, { spec }]) => [name, spec]);
  writeFileSync(
    file,
    JSON.stringify({ ...definition, columns: Object.fromEntries(columns), ...changes }),
  );
  return file;
}
