import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * The code of a module whose definitions are those of a file, with other topics.
 *
 * @param file the definition file, in any form that a command takes
 * @param topics in the order of its definitions
 */
export function renamedDefinition(file: string, topics: readonly string[]): string {
  const { href } = pathToFileURL(resolve(file));
  const type = file.endsWith('.json') ? " with { type: 'json' }" : '';
  return [
    `import exported from ${JSON.stringify(href)}${type};`,
    `const topics = ${JSON.stringify(topics)};`,
    // A JSON file may name its schema, for an editor only.
    'export default [exported].flat().map((one, at) => ({ ...one, $schema: undefined, topic: topics[at] }));',
    '',
  ].join('\n');
}
