import { parse } from 'node:path';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { manifests } from './manifests.ts';
import { requireHttp } from './require-http.ts';

/**
 * Makes one minified ES module of an entry and all that it imports, with its source map. With `splitting`, what is imported
 * dynamically is in modules beside it.
 *
 * @param entry path of a module, or its code, whose imports are absolute
 * @returns the bytes of all its modules, and what is in them
 */
export async function bundle(
  entry: string | { readonly code: string },
  outfile: string,
  { plugins = [], ...more }: Pick<BuildOptions, 'external' | 'plugins' | 'splitting' | 'sourcemap'>,
): Promise<{ readonly bytes: number; readonly metafile: Metafile }> {
  const { dir, name, ext } = parse(outfile);
  const { metafile } = await build({
    ...(typeof entry === 'string'
      ? { entryPoints: { [name]: entry } }
      : { stdin: { contents: entry.code, sourcefile: name, resolveDir: '.' }, entryNames: name }),
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
  return { bytes, metafile };
}
