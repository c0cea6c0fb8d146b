import { parse } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { manifests } from './manifests.ts';
import { requireHttp } from './require-http.ts';

/**
 * Makes one minified ES module of an entry and all that it imports, with its source map, and prints its size. With
 * `splitting`, what is imported dynamically is in modules beside it, and counted too.
 */
export async function bundle(
  entry: string,
  outfile: string,
  { plugins = [], ...more }: Pick<BuildOptions, 'external' | 'plugins' | 'splitting' | 'sourcemap'>,
): Promise<void> {
  const { dir, name, ext } = parse(outfile);
  const { metafile } = await build({
    entryPoints: { [name]: entry },
    outdir: dir,
    outExtension: { '.js': ext },
    bundle: true,
    minify: true,
    // Lambda's own log shows the class of an error by its name.
    keepNames: true,
    sourcemap: true,
    metafile: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    // Some dependencies are CommonJS and ask for Node's modules by require.
    banner: {
      js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
    },
    plugins: [requireHttp, manifests, ...plugins],
    legalComments: 'none',
    logLevel: 'warning',
    ...more,
  });
  const bytes = Object.entries(metafile.outputs)
    .filter(([file]) => file.endsWith(ext))
    .reduce((sum, [, output]) => sum + output.bytes, 0);
  console.log(`${outfile} ${Math.round(bytes / 1024)} KB`);
}
