import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { ROOT } from './process.ts';

/** The command as the image has it. */
export interface BuiltCommand {
  /** Where its modules are, in `command/`, and the definition of the notifications, `sink.config.mjs`. */
  readonly folder: string;
  /** What Node.js is to run. */
  readonly node: readonly string[];
}

/** Bundles the command before the tests of this file. */
export function buildCommand(): BuiltCommand {
  const folder = mkdtempSync(join(tmpdir(), 'command-test-'));
  beforeAll(() => {
    execFileSync(process.execPath, ['scripts/build-command.ts', folder], { cwd: ROOT });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return { folder, node: [join(folder, 'command', 'kafka-pg-sink.mjs')] };
}
