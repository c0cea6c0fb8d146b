import { ConfigError } from '../record/errors.ts';
import { CONSUMER } from '../settings/table/consumer-group.ts';

/**
 * The group of a consumer for which none is set. Two sinks in one group would make each other join again and again. A name
 * made of several definitions would be another one as soon as one is added, and a group that is new begins at the end.
 *
 * @param sinks the definitions
 * @throws {ConfigError} where there is none that stays
 */
export function defaultGroup(
  sinks: readonly { readonly name: string; readonly topic: string | RegExp }[],
): string {
  const [sink, ...others] = sinks;
  const isNamed = typeof sink?.topic === 'string' || !/^\/.*\/\w*$/.test(sink?.name ?? '');
  if (sink && others.length === 0 && isNamed) return `kafka-pg-sink-${sink.name}`;
  const { variable } = CONSUMER.settings.groupId;
  const why =
    others.length > 0
      ? `the file has ${sinks.length} definitions`
      : 'the topic is a pattern and the definition has no name';
  throw new ConfigError([
    `${variable} is not set, and ${why}: set it to a name that no other sink has, and keep it`,
  ]);
}
