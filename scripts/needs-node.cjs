'use strict';

// Loaded before the scripts that are TypeScript. It is written so that every Node.js from 14 on can read it.
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `The scripts of kafka-pg-sink need Node.js 22.18 or later, and this is ${process.versions.node}. npm ci brings Node.js 24 along, unless its install script was left out: run npm rebuild node, or npm ci without --ignore-scripts.`,
  );
  process.exit(1);
}
