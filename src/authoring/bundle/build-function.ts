import { extname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.ts';
import { describe } from './describe.ts';
import { noPasswordFile } from './no-password-file.ts';
import { standIns } from './stand-ins.ts';

/** The path of a module of this project: TypeScript here, JavaScript in the package. */
const own = (path: string) =>
  fileURLToPath(new URL(`${path}${extname(import.meta.url)}`, import.meta.url));

/**
 * Bundles the function, without what no function needs, and says beside it what is in it ({@link describe}).
 *
 * @param source the module that exports `handler`; or the definition, for a handler that is made of it
 * @param outfile which is written, with its source map beside it
 * @returns its bytes
 */
export async function buildFunction(
  source: { readonly handler: string } | { readonly definition: string },
  outfile: string,
): Promise<number> {
  const entry =
    'handler' in source ? resolve(source.handler) : { code: handlerOf(resolve(source.definition)) };
  const { bytes, metafile } = await bundle(entry, outfile, {
    // Optional, and not used: pg's native driver, as pg asks for it.
    external: ['*/native'],
    plugins: [
      noPasswordFile,
      standIns({
        '@aws-sdk/credential-provider-node': own('./stand-ins/credentials'),
        // X-Ray's SDK asks it for the version of AWS SDK 2 before it patches that, which is not here.
        semver: own('./stand-ins/nothing'),
      }),
    ],
  });
  await describe(outfile, metafile);
  return bytes;
}

/** The code of a function of a definition. A wrong setting stops it when it is loaded. */
function handlerOf(definition: string): string {
  const exported = extname(definition) === '.json' ? JSON_DEFINITION : 'loaded';
  return `import { createHandler } from ${JSON.stringify(own('../../lambda/create-handler'))};
import loaded from ${JSON.stringify(definition)};
export const handler = createHandler(${exported});`;
}

/** The schema's address is for an editor only. */
const JSON_DEFINITION = 'Array.isArray(loaded) ? loaded : { ...loaded, $schema: undefined }';
