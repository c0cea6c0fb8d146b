import { codeOf } from '../record/errors.ts';

/** `skipped`: an earlier failure, or an option that was not given, kept the check from being made. */
export type Status = 'passed' | 'warned' | 'failed' | 'skipped';

/** What a check found. One that finds several problems gives one of these for each. */
export interface Check {
  readonly name: string;
  readonly status: Status;
  readonly detail: string;
  /**
   * What to do about it; null where nothing is to be done. Where that is SQL, it stands first, on a line of its own, and runs
   * as it is printed.
   */
  readonly remedy: string | null;
}

/** The findings of a check, and what the checks that depend on it need; null where they cannot be made. */
export interface Outcome<T> {
  readonly checks: readonly Check[];
  readonly value: T | null;
}

export function passed(name: string, detail: string): Check {
  return { name, status: 'passed', detail, remedy: null };
}

export function warned(name: string, detail: string, remedy: string): Check {
  return { name, status: 'warned', detail, remedy };
}

export function failed(name: string, detail: string, remedy: string): Check {
  return { name, status: 'failed', detail, remedy };
}

export function skipped(name: string, detail: string, remedy: string | null = null): Check {
  return { name, status: 'skipped', detail, remedy };
}

/**
 * A remedy that begins with SQL.
 *
 * @param sql statements, each with its semicolon
 * @param more what to do beside it, or instead
 */
export function withSql(sql: string, more: string): string {
  return `${sql}\n${more}`;
}

/**
 * Passes a check's findings on, and hands its value to those that depend on it. An error that the check did not expect
 * is its failure, and does not keep the others from being made.
 */
export async function* report<T>(
  name: string,
  outcome: Promise<Outcome<T>>,
): AsyncGenerator<Check, T | null> {
  try {
    const { checks, value } = await outcome;
    yield* checks;
    return value;
  } catch (error) {
    yield failed(name, `could not be checked (${codeOf(error)})`, 'Run this again.');
    return null;
  }
}

/** Adds a line for each check of a group that a failure before it kept from being made. */
export async function* complete(
  names: readonly string[],
  checks: AsyncIterable<Check>,
): AsyncGenerator<Check> {
  const left = new Set(names);
  let obstacle = '';
  for await (const check of checks) {
    left.delete(check.name);
    if (check.status === 'failed') obstacle = check.name;
    yield check;
  }
  for (const name of left) yield skipped(name, `needs: ${obstacle}`);
}
