import { bundle } from './bundle.ts';

/**
 * Bundles the command `notification-sink`, for the container. Two folders deep as its source is, for `migrate` looks for
 * infra/migrations from there.
 */
await bundle('src/cli/main.ts', 'dist/command/notification-sink.mjs', {
  // Optional, and not used: pg's native driver, a schema registry's parser, a checksum that WebAssembly does as well.
  external: ['pg-native', 'protobufjs', '@node-rs/crc32'],
  // This one has its WebAssembly within; the other reads it from a file beside itself.
  alias: { '@platformatic/wasm-utils': '@platformatic/wasm-utils/bundled' },
});
