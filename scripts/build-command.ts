import { rm } from 'node:fs/promises';
import { bundle } from './bundle.ts';
import { shake } from './shake.ts';
import { standIns } from './stand-ins.ts';

// The names of the modules beside the entry change with their content.
await rm('dist/command', { recursive: true, force: true });

/** The definition, for the image: the command finds it in the working directory. */
await bundle('sink.config.ts', 'dist/sink.config.mjs', { sourcemap: false });

/**
 * Bundles the command `kafka-pg-sink`, for the container. In several modules, so that a process holds no more of it in
 * memory than it uses.
 */
await bundle('src/cli/main.ts', 'dist/command/kafka-pg-sink.mjs', {
  // Optional, and not used: pg's native driver, a schema registry's parser, a checksum that WebAssembly does as well.
  external: ['*/native', 'protobufjs', '@node-rs/crc32'],
  splitting: true,
  // The image takes the folder as it is.
  sourcemap: false,
  plugins: [
    // Its schema registries and their formats are not used.
    shake('@platformatic/kafka'),
    standIns({
      'ajv/dist/2020.js': 'ajv.ts',
      '@platformatic/wasm-utils': 'wasm-utils.cjs',
      semver: 'nothing.ts',
    }),
  ],
});
