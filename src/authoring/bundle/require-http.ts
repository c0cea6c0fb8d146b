import type { Plugin } from 'esbuild';

/**
 * Has the bundle take `node:http` by `require`. An `import` reads all that a module exports, and for this one that loads
 * undici, for its WebSocket: 17 ms of each start and 8 MB for nothing (docs/benchmarks.md).
 */
export const requireHttp: Plugin = {
  name: 'require-http',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:)?http$/ }, ({ kind }) =>
      kind === 'import-statement' ? { path: 'node:http', namespace: 'require' } : undefined,
    );
    onLoad({ filter: /^node:http$/, namespace: 'require' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
  },
};
