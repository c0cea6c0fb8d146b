import { rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundle } from '../src/authoring/bundle/bundle.ts';
import { describe } from '../src/authoring/bundle/describe.ts';
import { standIns } from '../src/authoring/bundle/stand-ins.ts';
import { shake } from './shake.ts';

/** Another folder can be named: those who build at the same time need two. */
const [folder = 'dist'] = process.argv.slice(2);
const standIn = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// The names of the modules beside the entry change with their content.
await rm(`${folder}/command`, { recursive: true, force: true });

/** What a definition imports, for one that is mounted into the image. It is plain data, so another copy understands it. */
const own = `${folder}/node_modules/kafka-pg-sink`;
await bundle('src/index.ts', `${own}/index.mjs`, { sourcemap: false });
await writeFile(`${own}/package.json`, '{ "exports": "./index.mjs" }');

/** The definition, for the image: the command finds it in the working directory. */
await bundle('sink.config.ts', `${folder}/sink.config.mjs`, { sourcemap: false });

/**
 * Bundles the command `kafka-pg-sink`, for the container. In several modules, so that a process holds no more of it in
 * memory than it uses.
 */
const command = `${folder}/command/kafka-pg-sink.mjs`;
const { bytes, metafile } = await bundle('src/cli/main.ts', command, {
  // Optional, and not used: pg's native driver, esbuild, a schema registry's parser, a checksum that WebAssembly does as well.
  external: ['*/native', 'esbuild', 'protobufjs', '@node-rs/crc32'],
  splitting: true,
  // The image takes the folder as it is.
  sourcemap: false,
  plugins: [
    // Its schema registries and their formats are not used.
    shake('@platformatic/kafka'),
    standIns({
      'ajv/dist/2020.js': standIn('./stand-ins/ajv.ts'),
      '@platformatic/wasm-utils': standIn('./stand-ins/wasm-utils.cjs'),
      semver: standIn('../src/authoring/bundle/stand-ins/nothing.ts'),
    }),
  ],
});
await describe(command, metafile);
console.log(`${command} ${Math.round(bytes / 1024)} KB`);
