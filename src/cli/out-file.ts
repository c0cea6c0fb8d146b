import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AuthoringError } from '../authoring/authoring-error.ts';
import { codeOf } from '../record/errors.ts';

/**
 * Writes a file that the command line names with `--out`, and makes its folder.
 *
 * @param force whether a file that is there is replaced; otherwise it stays as it is
 * @param remedy what to do where one is there, behind a colon
 * @throws {AuthoringError} where it cannot be written, with what to do
 */
export async function writeOut(
  file: string,
  text: string,
  { force = false, remedy }: { readonly force?: boolean; readonly remedy: string },
): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text, { flag: force ? 'w' : 'wx' });
  } catch (error) {
    const code = codeOf(error);
    throw new AuthoringError(
      code === 'EEXIST'
        ? `${file} is there already, and stays as it is: ${remedy}.`
        : `${file} cannot be written (${code}).`,
    );
  }
}
