/**
 * The WebAssembly of the Kafka client, compiled at its first use and not before: 10 MB. A consumer needs it only for what
 * was compressed with LZ4 or Snappy; checksums are made by producers. `bundled` has it within its module.
 */
const names = ['crc32c', 'lz4Compress', 'lz4Decompress', 'snappyCompress', 'snappyDecompress'];

for (const name of names)
  exports[name] = (data) => require('@platformatic/wasm-utils/bundled')[name](data);
