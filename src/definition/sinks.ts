import { type CompiledSink, compile } from './compile.ts';
import type { AnyDefinition } from './define.ts';
import { DefinitionError } from './definition-error.ts';
import { findProblems } from './problems.ts';

/** The definitions of a file, compiled. */
export interface CompiledSinks {
  readonly all: readonly CompiledSink[];
  /**
   * @returns the sink of a topic; or why there is none, and a record of the topic must be failed: no definition takes it,
   *   or two patterns do
   */
  sinkOf(topic: string): CompiledSink | DefinitionError;
}

/**
 * Compiles what a file exports: one definition, or a list of them.
 *
 * @throws {DefinitionError} that says all that is wrong
 */
export function compileSinks(exported: unknown): CompiledSinks {
  const definitions: readonly unknown[] = Array.isArray(exported) ? exported : [exported];
  const problems = definitions.flatMap((definition, index) =>
    findProblems(definition).map((problem) => `${nameOf(definition, index)}: ${problem}`),
  );
  if (definitions.length === 0) problems.push('There must be at least one definition.');
  problems.push(...overlaps(definitions));
  if (problems.length > 0) throw new DefinitionError(problems);
  const all = definitions.map((definition) => compile(definition as AnyDefinition));
  return { all, sinkOf: finder(all) };
}

function nameOf(definition: unknown, index: number): string {
  const { name, topic } = (definition ?? {}) as { name?: unknown; topic?: unknown };
  const given = typeof name === 'string' && name !== '' ? name : topic;
  const usable = (typeof given === 'string' && given !== '') || given instanceof RegExp;
  return usable ? String(given) : `definition ${index + 1}`;
}

/** Whether two patterns have a name in common shows only when a topic of that name comes; `sinkOf` looks then. */
function overlaps(definitions: readonly unknown[]): string[] {
  const topics = definitions.map((one) => (one as { topic?: unknown } | null)?.topic);
  return topics.flatMap((topic, index) =>
    topics
      .slice(0, index)
      .filter((earlier) => overlap(earlier, topic) || overlap(topic, earlier))
      .map(
        (earlier) =>
          `${topic}: topic: must not be one of ${earlier}, which has a definition already`,
      ),
  );
}

function overlap(one: unknown, other: unknown): boolean {
  if (one instanceof RegExp)
    return other instanceof RegExp
      ? one.source === other.source
      : typeof other === 'string' && matches(one, other);
  return typeof one === 'string' && one === other;
}

function matches({ source, flags }: RegExp, topic: string): boolean {
  return new RegExp(`^(?:${source})$`, flags).test(topic);
}

function finder(all: readonly CompiledSink[]): CompiledSinks['sinkOf'] {
  const found = new Map<string, CompiledSink | DefinitionError>();
  return (topic) => {
    let sink = found.get(topic);
    if (sink === undefined) {
      sink = findSink(all, topic);
      found.set(topic, sink);
    }
    return sink;
  };
}

function findSink(all: readonly CompiledSink[], topic: string): CompiledSink | DefinitionError {
  const [sink, ...others] = all.filter((one) =>
    typeof one.topic === 'string' ? one.topic === topic : one.topic.test(topic),
  );
  const topics = all.map((one) => one.topic).join(', ');
  if (!sink)
    return new DefinitionError([
      `${topic}: no definition takes this topic: add one to the definition file, which has ${topics}`,
    ]);
  if (others.length === 0) return sink;
  const matching = [sink, ...others].map((one) => one.topic).join(' and ');
  return new DefinitionError([
    `${topic}: one definition must take this topic, not ${matching}: change the definition file`,
  ]);
}
