import { createHash } from 'node:crypto';

/** What a build was made of and by. */
export interface Build {
  /** The file name of the archive. */
  readonly archive: string;
  readonly bytes: Uint8Array;
  /** Of the package. */
  readonly name: string;
  /** The commit, 40 hex digits. */
  readonly commit: string;
  /** The text of package-lock.json, which pins every tool of the build. */
  readonly lock: string;
  readonly versions: Readonly<Record<'node' | 'npm', string>>;
}

const digest = (algorithm: string, data: string | Uint8Array) =>
  createHash(algorithm).update(data).digest('hex');

/**
 * States where an archive comes from, so that anybody can build it again and compare. It is not signed: whoever publishes
 * from a CI that npm trusts gets a signed one from npm (`npm publish --provenance`).
 * https://slsa.dev/spec/v1.0/provenance
 */
export function provenanceOf({ archive, bytes, name, commit, lock, versions }: Build) {
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: archive, digest: { sha512: digest('sha512', bytes) } }],
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: 'https://docs.npmjs.com/cli/commands/npm-pack',
        externalParameters: {
          commands: ['npm ci', 'npm run build:package', 'npm pack ./dist/package'],
        },
        internalParameters: versions,
        resolvedDependencies: [
          { name, digest: { gitCommit: commit } },
          { name: 'package-lock.json', digest: { sha256: digest('sha256', lock) } },
        ],
      },
      runDetails: { builder: { id: 'scripts/release.ts' } },
    },
  };
}
