import type { Plugin } from 'esbuild';

/** Leaves out what reads `~/.pgpass` where no password is set: there is no such file beside a function. */
export const noPasswordFile: Plugin = {
  name: 'no-password-file',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^pgpass$/ }, ({ path }) => ({ path, namespace: 'no-password-file' }));
    onLoad({ filter: /./, namespace: 'no-password-file' }, () => ({
      contents: 'module.exports = (connection, callback) => callback();',
    }));
  },
};
