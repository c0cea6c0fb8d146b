import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { errorName } from '../../record/errors.ts';
import type { Transform } from './apply.ts';

export type LoadedTransform =
  | { readonly transform: Transform; readonly problem: null }
  /** What is wrong with the file and what to do, in one sentence. */
  | { readonly transform: null; readonly problem: string };

/**
 * Loads a transform from a module of the user's. What the module does while it is loaded, it does.
 *
 * @param file a path, from the working directory on
 */
export async function loadTransform(file: string): Promise<LoadedTransform> {
  const fail = (what: string) => ({ transform: null, problem: `${file} ${what}` });
  const path = resolve(file);
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => error.code ?? 'unknown');
  if (found === 'ENOENT') return fail('does not exist: name a module, such as mend.mjs.');
  if (typeof found === 'string') return fail(`cannot be read (${found}).`);
  if (!found.isFile()) return fail('is no file: name a module, such as mend.mjs.');
  let exports: { default?: unknown };
  try {
    exports = await import(pathToFileURL(path).href);
  } catch (error) {
    return fail(explain(error));
  }
  const transform = exports.default;
  if (transform === undefined)
    return fail('has no default export: it needs export default (value, letter, drop) => ….');
  if (typeof transform !== 'function')
    return fail(
      `has a default export that is no function (${typeof transform}): it needs export default (value, letter, drop) => ….`,
    );
  return { transform: transform as Transform, problem: null };
}

/** The message of what a module throws may hold anything (promise P8); those of Node.js itself do not. */
function explain(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  if (error instanceof SyntaxError) return `is no JavaScript module (${error.message}).`;
  if (code === 'ERR_MODULE_NOT_FOUND') return 'imports a module that does not exist.';
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION') return 'is no module: name one, such as mend.mjs.';
  return `threw while it was loaded (${errorName(error)}): see what node says when it runs it.`;
}
