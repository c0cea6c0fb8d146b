import type { Plugin } from 'esbuild';

/**
 * Takes a file in the place of a module.
 *
 * @param files paths by the module, exactly as it is imported
 */
export function standIns(files: Readonly<Record<string, string>>): Plugin {
  return {
    name: 'stand-ins',
    setup({ onResolve }) {
      onResolve({ filter: /^[^.]/ }, ({ path }) => {
        const file = files[path];
        return file ? { path: file } : undefined;
      });
    },
  };
}
