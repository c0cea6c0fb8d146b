import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { definitionData } from '../../local/definition-data.ts';

/**
 * A file with the definition of the notifications, for a command that runs as a process of its own.
 *
 * @param changes fields of the definition that take the place of its own
 * @returns its name; it is removed with the test
 */
export function definitionFile(changes: Readonly<Record<string, unknown>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'definition-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const data = definitionData(changes);
  const isPattern = data.topic instanceof RegExp;
  const file = join(folder, `sink.config.${isPattern ? 'mjs' : 'json'}`);
  const text = JSON.stringify(data);
  // JSON has no patterns.
  writeFileSync(file, isPattern ? `export default { ...${text}, topic: ${data.topic} };` : text);
  return file;
}
