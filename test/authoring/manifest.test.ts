import { expect, test } from 'vitest';
import own from '../../package.json' with { type: 'json' };
import { completeManifest } from '../../src/authoring/init/manifest.ts';
import template from '../../template/package.json' with { type: 'json' };

const WANTED = JSON.stringify({
  type: 'module',
  scripts: { test: 'node --test', build: 'kafka-pg-sink build' },
  dependencies: { 'kafka-pg-sink': '^0.1.0' },
  devDependencies: { esbuild: '^1.0.0', pg: '^8.0.0' },
  allowScripts: { esbuild: true },
});

test('what npm init wrote and nobody has decided is decided', () => {
  const there = {
    name: 'orders',
    main: 'index.js',
    scripts: { test: 'echo "Error: no test specified" && exit 1' },
    type: 'commonjs',
    dependencies: { 'kafka-pg-sink': 'file:kafka-pg-sink-0.1.0.tgz' },
  };
  const { text, added } = completeManifest(JSON.stringify(there), WANTED, false);
  expect(JSON.parse(text)).toEqual({
    ...there,
    type: 'module',
    scripts: { test: 'node --test', build: 'kafka-pg-sink build' },
    devDependencies: { esbuild: '^1.0.0', pg: '^8.0.0' },
    allowScripts: { esbuild: true },
  });
  expect(added).toEqual(['"type": "module"', 'test', 'build', 'esbuild', 'pg']);
});

test('where a script would become a module of another kind, the kind stays', () => {
  const there = {
    type: 'commonjs',
    scripts: { test: 'echo "Error: no test specified" && exit 1' },
  };
  const { text, added, isCommonJs } = completeManifest(JSON.stringify(there), WANTED, true);
  expect(JSON.parse(text).type).toBe('commonjs');
  expect(added).not.toContain('"type": "module"');
  expect(isCommonJs).toBe(true);
});

test('what somebody has decided stays as it is', () => {
  const there = {
    type: 'commonjs',
    scripts: { test: 'vitest', build: 'tsc' },
    dependencies: { pg: '8.1.0', 'kafka-pg-sink': '0.1.0' },
    devDependencies: { esbuild: '0.9.0' },
    allowScripts: { esbuild: false },
  };
  const { text, added } = completeManifest(JSON.stringify(there), WANTED, false);
  expect(JSON.parse(text)).toEqual(there);
  expect(added).toEqual([]);
});

test.each(['{', '[]', 'null'])('%s is refused', (text) => {
  expect(() => completeManifest(text, WANTED, false)).toThrow(
    'package.json must be a JSON object: repair it, or remove it.',
  );
});

test('a project gets the versions of packages that this one is tested with', () => {
  const tested: Readonly<Record<string, string>> = { ...own.dependencies, ...own.devDependencies };
  for (const [name, version] of Object.entries(template.devDependencies))
    expect(version, name).toBe(tested[name]);
});
