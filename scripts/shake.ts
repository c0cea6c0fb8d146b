import type { Plugin } from 'esbuild';

/**
 * Leaves out the modules of a package from which nothing is used, as if its manifest said `"sideEffects": false`. Only
 * for packages whose modules do nothing but define, when they are loaded.
 */
export function shake(name: string): Plugin {
  return {
    name: 'shake',
    setup({ onResolve, resolve }) {
      onResolve({ filter: /./ }, async ({ path, pluginData, ...from }) => {
        const within = from.importer.includes(`/node_modules/${name}/`) && path.startsWith('.');
        if (pluginData === shake || !(within || path === name)) return undefined;
        return { ...(await resolve(path, { ...from, pluginData: shake })), sideEffects: false };
      });
    },
  };
}
