import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { errorName } from '../../record/errors.ts';
import type { Transform } from './transform.ts';

export type LoadedTransform =
  | { readonly transform: Transform; readonly problem: null }
  /** What is wrong with the file and what to do, in one sentence. */
  | { readonly transform: null; readonly problem: string };

const NEEDED = 'it needs export default (value, deadLetter, drop) => …';

/**
 * Loads a transform from a module of the user's. Loading runs the module's own code.
 *
 * @param file a path, relative to the working directory
 */
export async function loadTransform(file: string): Promise<LoadedTransform> {
  const fail = (what: string) => ({ transform: null, problem: `${file} ${what}` });
  const path = resolve(file);
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => error.code ?? 'unknown');
  if (found === 'ENOENT') return fail('does not exist: name a module, such as fix.mjs.');
  if (typeof found === 'string') return fail(`cannot be read (${found}).`);
  if (!found.isFile()) return fail('is not a file: name a module, such as fix.mjs.');
  let exports: { default?: unknown };
  try {
    exports = await import(pathToFileURL(path).href);
  } catch (error) {
    return fail(explain(error));
  }
  const transform = exports.default;
  if (transform === undefined) return fail(`has no default export: ${NEEDED}.`);
  if (typeof transform !== 'function')
    return fail(`has a default export that is not a function (${typeof transform}): ${NEEDED}.`);
  return { transform: transform as Transform, problem: null };
}

/** Quotes messages of Node.js only: the message of an error that the module throws may hold data (promise P8). */
function explain(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  if (error instanceof SyntaxError) return `is not a JavaScript module (${error.message}).`;
  if (code === 'ERR_MODULE_NOT_FOUND') return 'imports a module that does not exist.';
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION') return 'is not a module: name one, such as fix.mjs.';
  return `threw ${errorName(error)} while it was loaded: run it with node to see why.`;
}
