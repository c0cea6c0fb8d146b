import { isFields } from './exact-json.ts';

/** Fields that columns take, by name; true for a whole field, a map where they take something within it. */
export type Taken = ReadonlyMap<string, Taken | true>;

type Fields = Readonly<Record<string, unknown>>;

export function takenBy(paths: readonly (readonly string[])[]): Taken {
  const firsts = Map.groupBy(paths, ([first = '']) => first);
  return new Map(
    [...firsts].map(([name, some]) => {
      const below = some.map(([, ...steps]) => steps);
      return [name, below.some((steps) => steps.length === 0) || takenBy(below)];
    }),
  );
}

/**
 * The fields that no column takes. An object that loses its last field goes too. Of arrays nothing is removed, for that
 * would move the other elements.
 */
export function remainder(value: Fields, taken: Taken): Fields {
  const left: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    const within = taken.get(name);
    if (within === true) continue;
    const field = value[name];
    if (within === undefined || !isFields(field)) setField(left, name, field);
    else {
      const fields = remainder(field, within);
      if (!isEmpty(fields) || isEmpty(field)) setField(left, name, fields);
    }
  }
  return left;
}

/** `__proto__` is a field like any other. Objects without a prototype would do too, but are slow to write. */
export function setField(fields: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') fields[name] = value;
  else Object.defineProperty(fields, name, { value, enumerable: true, configurable: true });
}

export function isEmpty(value: Fields): boolean {
  for (const name in value) if (Object.hasOwn(value, name)) return false;
  return true;
}
