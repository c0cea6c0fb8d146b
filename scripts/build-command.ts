import { stat } from 'node:fs/promises';
import { build } from 'esbuild';

/**
 * Two folders deep as its source is, for `migrate` looks for infra/migrations from there.
 */
const OUTFILE = 'dist/command/notification-sink.mjs';

/** Bundles the command `notification-sink` into one minified ES module with its source map, for the container. */
await build({
  entryPoints: ['src/cli/main.ts'],
  outfile: OUTFILE,
  bundle: true,
  minify: true,
  sourcemap: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  mainFields: ['module', 'main'],
  // Optional, and not used: pg's native driver, a schema registry's parser, a checksum that WebAssembly does as well.
  external: ['pg-native', 'protobufjs', '@node-rs/crc32'],
  // This one has its WebAssembly within; the other reads it from a file beside itself.
  alias: { '@platformatic/wasm-utils': '@platformatic/wasm-utils/bundled' },
  // Some dependencies are CommonJS and ask for Node's modules by require.
  banner: {
    js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});

const { size } = await stat(OUTFILE);
console.log(`${OUTFILE} ${Math.round(size / 1024)} KB`);
