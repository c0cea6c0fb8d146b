import { existsSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { AuthoringError } from '../authoring/authoring-error.ts';
import { findDefinition, loadSinks } from '../authoring/load.ts';
import { codeOf } from '../record/errors.ts';
import { type RunCommand, UsageError } from './command.ts';
import { readArguments } from './options.ts';
import { namedFile, SINK_OPTION, sinkHelp } from './sink-option.ts';

const HELP = `kafka-pg-sink build [HANDLER] [options]

Bundles the Lambda function: one file with all that it needs, which serverless.yml packages.

  HANDLER      a module that exports handler (default: handler.ts, .mts, .mjs or .js here; where there is none,
               the function is made of the definition)
${sinkHelp(15)}
  --out FILE   the bundle (default: dist/handler.mjs); beside it go its source map (.mjs.map), the licences of the
               packages in it (.licenses.txt), and its bill of materials in CycloneDX (.cdx.json)
  --help       this text

It needs the package esbuild, which is installed separately: npm install --save-dev esbuild

Exit code: 0 when it is built, 1 when something is wrong, 2 for a wrong command line.`;

const HANDLERS = ['ts', 'mts', 'mjs', 'js'].map((extension) => `handler.${extension}`);

/** `kafka-pg-sink build`: bundles the function. */
export const run: RunCommand = async (args) => {
  const { values, positionals } = readArguments('build', args, {
    ...SINK_OPTION,
    out: { type: 'string', default: 'dist/handler.mjs' },
    help: { type: 'boolean' },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const [named, ...others] = positionals;
  if (others.length > 0) throw new UsageError('build takes one file that exports handler.');
  if (!/\.m?js$/.test(values.out))
    throw new UsageError('--out needs a file that ends in .mjs or .js.');
  if (named !== undefined && !existsSync(named))
    throw new AuthoringError(`${named}: no such file; it must export handler.`);
  const definition = findDefinition(namedFile(values, process.env));
  // What is wrong with it is said here, not by the function.
  await loadSinks(definition);
  const handler = named ?? HANDLERS.find((name) => existsSync(name));
  const build = await load();
  const bytes = await withoutTrace(
    build(handler === undefined ? { definition } : { handler }, resolve(values.out)),
  );
  console.log(`${relative('.', values.out)} ${Math.round(bytes / 1024)} KB`);
  return 0;
};

async function load() {
  try {
    return (await import('../authoring/bundle/build-function.ts')).buildFunction;
  } catch (error) {
    if (codeOf(error) !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new AuthoringError(
      'build needs a package that is not here: npm install --save-dev esbuild',
    );
  }
}

/** esbuild has printed what it found; its error would say it again. */
async function withoutTrace(building: Promise<number>): Promise<number> {
  try {
    return await building;
  } catch (error) {
    if (!(error instanceof Error && 'errors' in error)) throw error;
    throw new AuthoringError('The function was not built: see above.');
  }
}
