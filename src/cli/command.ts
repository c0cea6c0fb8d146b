/** One command of `kafka-pg-sink`. */
export interface Command {
  /** For the list of all commands, in one line. */
  readonly summary: string;
  /** Loads its code, which the other commands do not need. */
  load(): Promise<{ readonly run: RunCommand }>;
}

/**
 * @param args the command line behind the command's name
 * @returns the exit code: 0 where all is well, 1 where it is not
 * @throws {UsageError} for a command line that is not accepted
 * @throws {SinkError} whose message is for the user
 */
export type RunCommand = (args: readonly string[]) => Promise<number>;

/** What was wrong with the command line, in one sentence. */
export class UsageError extends Error {}
