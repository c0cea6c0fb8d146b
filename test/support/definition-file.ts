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
export function definitionFile({ topic, ...changes }: Readonly<Record<string, unknown>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'definition-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const isPattern = topic instanceof RegExp;
  const data = JSON.stringify(definitionData(isPattern ? changes : { topic, ...changes }));
  const file = join(folder, `sink.config.${isPattern ? 'mjs' : 'json'}`);
  writeFileSync(file, isPattern ? `export default { ...${data}, topic: ${topic} };` : data);
  return file;
}
