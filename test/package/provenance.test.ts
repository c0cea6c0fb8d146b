import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { provenanceOf } from '../../scripts/provenance.ts';
import { ROOT } from '../support/process.ts';
import { run } from './support/install.ts';

/** Builds and packs the package in a folder of its own. */
async function pack(): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'provenance-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const built = join(folder, 'package');
  expect(await run(ROOT, 'node', ['scripts/build-package.ts', built])).toMatchObject({ code: 0 });
  const { stdout } = await run(folder, 'npm', ['pack', '--json', built]);
  return readFile(join(folder, JSON.parse(stdout)[0].filename));
}

test('who builds the same commit gets the archive that its provenance names', async () => {
  const [first, again] = [await pack(), await pack()];
  const lock = await readFile(join(ROOT, 'package-lock.json'), 'utf8');
  const { subject, predicate } = provenanceOf({
    ...{ archive: 'sink.tgz', name: 'sink', commit: 'f'.repeat(40), lock, bytes: first },
    versions: { node: 'v24.0.0', npm: '11.0.0' },
  });
  const sha512 = createHash('sha512').update(again).digest('hex');
  expect(subject).toEqual([{ name: 'sink.tgz', digest: { sha512 } }]);
  expect(predicate.buildDefinition.resolvedDependencies).toEqual([
    { name: 'sink', digest: { gitCommit: 'f'.repeat(40) } },
    {
      name: 'package-lock.json',
      digest: { sha256: createHash('sha256').update(lock).digest('hex') },
    },
  ]);
});
