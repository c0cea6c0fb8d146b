/**
 * Waits for work, but not longer than `ms`.
 *
 * @returns whether it was done in time
 * @throws what the work throws in that time
 */
export async function within(ms: number, work: Promise<unknown> | undefined): Promise<boolean> {
  const timeout = Promise.withResolvers<false>();
  const timer = setTimeout(() => timeout.resolve(false), ms);
  const done = Promise.resolve(work).then(() => true as const);
  return Promise.race([done, timeout.promise]).finally(() => clearTimeout(timer));
}
