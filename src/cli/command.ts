/** One command of `kafka-pg-sink`. */
interface Command {
  /** For the list of all commands, in one line. */
  readonly summary: string;
  /** Loads its code, which the other commands do not need. */
  load(): Promise<{ readonly run: RunCommand }>;
}

/** Commands by name, in the order of their list. */
export type Commands = ReadonlyMap<string, Command>;

/**
 * @param args the command line behind the command's name
 * @returns the exit code: 0 where all is well, 1 where it is not
 * @throws {UsageError} for a wrong command line
 * @throws {SinkError} whose message is for the user
 */
export type RunCommand = (args: readonly string[]) => Promise<number>;

/** What was wrong with the command line, in one sentence. */
export class UsageError extends Error {}

/** The commands and what each does, as lines of a help text. */
export function listOf(commands: Commands): string {
  const width = Math.max(...[...commands.keys()].map((name) => name.length)) + 2;
  return [...commands].map(([name, { summary }]) => `  ${name.padEnd(width)}${summary}`).join('\n');
}

/**
 * Makes the command that runs one of several by its name.
 *
 * @param texts what an option prints, such as the help behind `--help`
 * @param parent words of the command line before the name
 */
export function dispatcher(
  commands: Commands,
  texts: Readonly<Record<string, string>>,
  parent = '',
): RunCommand {
  return async ([name = '', ...args]) => {
    const text = Object.hasOwn(texts, name) ? texts[name] : undefined;
    if (text !== undefined) {
      console.log(text);
      return 0;
    }
    const command = commands.get(name);
    if (!command) {
      const words = `must be one of ${[...commands.keys(), ...Object.keys(texts)].join(', ')}.`;
      throw new UsageError(
        name === ''
          ? `The command${parent && ` of ${parent}`} is missing: ${words}`
          : `The command ${parent && `${parent} `}${name} does not exist: ${words}`,
      );
    }
    const { run } = await command.load();
    return run(args);
  };
}
