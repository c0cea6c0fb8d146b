import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { UsageError } from './command.ts';

/**
 * Reads the options of a command; it takes nothing else.
 *
 * @param command its name, for the message
 * @throws {UsageError} for what is not an option, or lacks its value
 */
export function readOptions<T extends ParseArgsOptionsConfig>(
  command: string,
  args: readonly string[],
  options: T,
) {
  return readArguments(command, args, options, false).values;
}

/**
 * Reads the options of a command, and what stands beside them.
 *
 * @param allowPositionals whether something may stand beside them
 * @throws {UsageError} as {@link readOptions}
 */
export function readArguments<T extends ParseArgsOptionsConfig>(
  command: string,
  args: readonly string[],
  options: T,
  allowPositionals = true,
) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals });
  } catch (error) {
    const sentences = (error as Error).message.split(/(?<=[.?])\s/);
    // Of the sentences behind the first, only the one that names a way out helps.
    const [fault, ...more] = sentences.map((sentence) => sentence.replace(/\.$/, ''));
    const remedy = more.find((sentence) => sentence.startsWith('To specify an option argument'));
    throw new UsageError(
      `${[fault, remedy].filter(Boolean).join('. ')}. See kafka-pg-sink ${command} --help.`,
    );
  }
}
