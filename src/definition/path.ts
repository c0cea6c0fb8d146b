import { isFields } from './exact-json.ts';
import { Invalid } from './invalid.ts';

/** `a.b` is the field `b` of the field `a`; `['a.b']` is the field of that name. Digits are indexes of arrays. */
export type Path = string | readonly string[];

export function stepsOf(path: Path): readonly string[] {
  return typeof path === 'string' ? path.split('.') : path;
}

export type ShowPath = (steps: readonly string[]) => string;

const INDEX = /^(?:0|[1-9]\d{0,9})$/;

/**
 * Follows a path. What is absent or null on the way makes the whole absent.
 *
 * @param show writes a path for an issue
 * @returns undefined when it is absent; an issue when something on the way has no fields
 */
export function follow(value: unknown, steps: readonly string[], show: ShowPath) {
  let at = value;
  for (const [index, step] of steps.entries()) {
    if (at === undefined || at === null) return undefined;
    if (Array.isArray(at)) {
      if (!INDEX.test(step)) return notAnObject(show, steps.slice(0, index));
      at = at[Number(step)];
    } else if (isFields(at)) at = ownField(at, step);
    else return notAnObject(show, steps.slice(0, index));
  }
  return at;
}

/** Own properties only: `toString` is a field like any other. */
function ownField(value: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

function notAnObject(show: ShowPath, steps: readonly string[]): Invalid {
  return new Invalid('not an object', '', show(steps));
}
