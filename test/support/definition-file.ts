import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { definitionData } from '../../local/definition-data.ts';

/**
 * A file with the definition of the notifications, for a command that runs as a process of its own.
 *
 * @param changes fields of the definition that take the place of its own; each more makes a second definition, and so on
 * @returns its name; it is removed with the test
 */
export function definitionFile(...changes: readonly Readonly<Record<string, unknown>>[]): string {
  const all = changes.map((change) => definitionData(change));
  const texts = all.map((data) => {
    const text = JSON.stringify(data);
    // JSON has no patterns.
    return data.topic instanceof RegExp ? `{ ...${text}, topic: ${data.topic} }` : text;
  });
  const text = texts.length === 1 ? texts.join() : `[${texts}]`;
  const hasPattern = all.some(({ topic }) => topic instanceof RegExp);
  return hasPattern
    ? fileOf('sink.config.mjs', `export default ${text};`)
    : fileOf('sink.config.json', text);
}

/** A file that is removed with the test. */
export function fileOf(name: string, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'definition-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}
