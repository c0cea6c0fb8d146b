import { stat } from 'node:fs/promises';
import { type BuildOptions, build } from 'esbuild';
import { requireHttp } from './require-http.ts';

/** Makes one minified ES module of an entry and all that it imports, with its source map, and prints its size. */
export async function bundle(
  entry: string,
  outfile: string,
  { plugins = [], ...more }: Pick<BuildOptions, 'external' | 'plugins'>,
): Promise<void> {
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    minify: true,
    sourcemap: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    // Some dependencies are CommonJS and ask for Node's modules by require.
    banner: {
      js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
    },
    plugins: [requireHttp, ...plugins],
    legalComments: 'none',
    logLevel: 'warning',
    ...more,
  });
  const { size } = await stat(outfile);
  console.log(`${outfile} ${Math.round(size / 1024)} KB`);
}
