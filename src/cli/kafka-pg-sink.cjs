#!/usr/bin/env node
'use strict';

// The entry of the package. It is written so that every Node.js from 14 on can read it, and say what it lacks.
const [major, minor] = process.versions.node.split('.').map(Number);
const { engines } = require('../../package.json');
const [least, leastMinor] = engines.node.match(/\d+/g).map(Number);

if (major > least || (major === least && minor >= leastMinor)) import('./main.js');
else {
  console.error(
    `kafka-pg-sink needs Node.js ${least}.${leastMinor} or later, and this is ${process.versions.node}: install a later one.`,
  );
  process.exitCode = 1;
}
