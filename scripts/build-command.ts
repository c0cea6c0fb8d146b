import { bundle } from './bundle.ts';
import { shake } from './shake.ts';
import { standIns } from './stand-ins.ts';

/**
 * Bundles the command `notification-sink`, for the container. Two folders deep as its source is, for `migrate` looks for
 * infra/migrations from there.
 */
await bundle('src/cli/main.ts', 'dist/command/notification-sink.mjs', {
  // Optional, and not used: pg's native driver, a schema registry's parser, a checksum that WebAssembly does as well.
  external: ['pg-native', 'protobufjs', '@node-rs/crc32'],
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
