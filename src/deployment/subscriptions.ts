import { DefinitionError } from '../definition/definition-error.ts';
import { pattern } from '../settings/kinds.ts';
import type { Reader } from '../settings/reader.ts';
import type { DeploymentInput } from './deployment-input.ts';

/** A topic, and the group that reads it. Each has a mapping: a mapping has one topic, and no two may share a group. */
export interface Subscription {
  readonly topic: string;
  readonly consumerGroup: string;
}

const TOPIC = '(?!\\.)[\\w.-]{2,249}';
const TOPICS = pattern(
  new RegExp(`^${TOPIC}(?:,\\s*${TOPIC})*$`),
  'a topic name of 2 to 249 letters, digits, dots, _ and -, not starting with a dot; several separated by commas',
);
const MAX_GROUP = 200;
/** Lambda would take an asterisk too, but the role's policy would then allow other groups. */
const GROUP = pattern(
  new RegExp(`^[\\w/:+=.@-]{1,${MAX_GROUP}}$`),
  `a group name of 1 to ${MAX_GROUP} letters, digits and any of -/:_+=.@`,
);

/**
 * Reads what is consumed: by default all topics of the definition. A group is named after its topic, so that one more topic
 * changes nothing for the others.
 *
 * @param prefix of the groups
 */
export function readSubscriptions(
  env: Reader,
  sinks: DeploymentInput['sinks'],
  prefix: string,
): readonly Subscription[] {
  const topics = readTopics(env, sinks);
  const group = env.optional('consumerGroup', GROUP);
  if (group !== undefined && topics.length > 1)
    env.problem(
      `consumerGroup=${group} is for one topic, and there are ${topics.length}, which must have a group each: leave it away, then they are called ${prefix}-<topic>; what changes for a topic that is read already is in docs/deploy.md, Changing what is read`,
    );
  return topics.map((topic) => {
    const whole = `${prefix}-${topic}`;
    if (whole.length > MAX_GROUP)
      env.problem(
        `name, stage and topic make names of groups and alarms, ${whole}, which must have at most ${MAX_GROUP} characters: it has ${whole.length}`,
      );
    return { topic, consumerGroup: group ?? whole };
  });
}

function readTopics(env: Reader, { all, sinkOf }: DeploymentInput['sinks']): readonly string[] {
  const defined = all.map(({ topic }) => topic);
  if (!env.given('topic') && defined.every((topic) => typeof topic === 'string')) return defined;
  const topics = env.required('topic', TOPICS)?.split(/,\s*/) ?? [];
  for (const topic of topics)
    if (sinkOf(topic) instanceof DefinitionError)
      env.problem(
        `topic=${JSON.stringify(topic)}: must be a topic of sink.config.ts, which has ${defined.join(', ')}`,
      );
  if (new Set(topics).size < topics.length)
    env.problem(`topic=${JSON.stringify(topics.join(','))}: must name each topic once`);
  return topics;
}
