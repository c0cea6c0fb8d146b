import type { AnyDefinition } from '../src/definition/define.ts';
import { DefinitionError } from '../src/definition/definition-error.ts';
import { compileSinks } from '../src/definition/sinks.ts';
import { TOPIC_NAME } from '../src/record/coordinates.ts';

/**
 * The names of the topics of a run, in the order of the definitions.
 *
 * @param suffix sets them apart from topics that are there
 * @throws {DefinitionError} where there is a pattern for which no name is found
 */
export function topicNames(definitions: readonly AnyDefinition[], suffix: string): string[] {
  const { sinkOf } = compileSinks(definitions);
  return definitions.map(({ topic }) => {
    const name = typeof topic === 'string' ? topic : nameFor(topic);
    if (typeof topic !== 'string' && (!TOPIC_NAME.test(name) || sinkOf(name) instanceof Error))
      throw new DefinitionError([
        `${topic}: topic: no name of a topic was found that matches it alone: write the name of one in place of the pattern to run it here`,
      ]);
    return `${name}${suffix}`;
  });
}

/** What a pattern stands for, part by part, with the least of each repetition; not all that a pattern can hold. */
function nameFor({ source }: RegExp): string {
  return source
    .replace(/\\[bB]|\(\?<?[=!][^)]*\)/g, '')
    .replace(/\[\^?([^\]])[^\]]*\]/g, (all, first: string) =>
      all.startsWith('[^') ? 'x' : first === '\\' ? '1' : first,
    )
    .replace(/\\d/g, '1')
    .replace(/\\w/g, 'x')
    .replace(/\\([.\-_])/g, (_, plain: string) => (plain === '.' ? DOT : plain))
    .replace(/\./g, 'x')
    .replace(/\((?:\?:|\?<\w+>)?([^()|]*)(?:\|[^()]*)?\)/g, '$1')
    .replace(/\|.*$/, '')
    .replace(/[\^$]|[+*?](?:\?)?|\{[^}]*\}/g, '')
    .replaceAll(DOT, '.');
}

/** Stands for a dot that is meant, while those that stand for anything are replaced. */
const DOT = '\0';
