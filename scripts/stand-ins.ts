import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';

/**
 * Takes a file of `stand-ins/` in the place of a module.
 *
 * @param files by the module, exactly as it is imported: `{ semver: 'nothing.ts' }`
 */
export function standIns(files: Readonly<Record<string, string>>): Plugin {
  return {
    name: 'stand-ins',
    setup({ onResolve }) {
      onResolve({ filter: /^[^.]/ }, ({ path }) => {
        const file = files[path];
        return file
          ? { path: fileURLToPath(new URL(`stand-ins/${file}`, import.meta.url)) }
          : undefined;
      });
    },
  };
}
