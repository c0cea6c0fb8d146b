import { stat } from 'node:fs/promises';
import { build } from 'esbuild';

/** Bundles the function into one minified ES module with its source map. */
await build({
  entryPoints: ['src/lambda.ts'],
  outfile: 'dist/handler.mjs',
  bundle: true,
  minify: true,
  sourcemap: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  mainFields: ['module', 'main'],
  // pg's optional native driver is not used.
  external: ['pg-native'],
  // Some dependencies are CommonJS and ask for Node's modules by require.
  banner: {
    js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});

const { size } = await stat('dist/handler.mjs');
console.log(`dist/handler.mjs ${Math.round(size / 1024)} KB`);
