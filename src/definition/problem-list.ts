/** Keys of an object that it must not have. */
export function unknownKeys(
  object: Readonly<Record<string, unknown>>,
  known: readonly string[],
  notBuilt: readonly string[] = [],
): string[] {
  return Object.keys(object)
    .filter((name) => object[name] !== undefined && !known.includes(name))
    .map((name) =>
      notBuilt.includes(name)
        ? `${name}: not built yet; it must be left out`
        : `${name}: unknown; it must be one of ${known.join(', ')}`,
    );
}

/** @param found whether there is a problem, or what something must be, which takes the place of `$` */
export function when(found: boolean | string | null, problem: string): string[] {
  if (found === false || found === null) return [];
  return [found === true ? problem : problem.replace('$', () => found)];
}
