import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from './support/process.ts';

/** Licences that ask for nothing but that they, and whose work it is, go with the code. */
const PERMISSIVE = [
  ...['MIT', 'MIT-0', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'BlueOak-1.0.0'],
];
/** It asks for nothing at all. */
const WITHOUT_CONDITIONS = 'MIT-0';

interface Component {
  readonly group?: string;
  readonly name: string;
  readonly version: string;
  readonly licenses?: readonly { readonly expression?: string }[];
}

const nameOf = ({ group, name }: Component) => (group ? `${group}/${name}` : name);
const licenceOf = ({ licenses }: Component) => licenses?.[0]?.expression ?? 'none';
const sorted = (names: Iterable<string>) => [...new Set(names)].sort();

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'licences-'));
  const run = (...args: string[]) => execFileSync(process.execPath, args, { cwd: ROOT });
  run('src/cli/main.ts', 'build', '--out', `${folder}/handler.mjs`);
  run('scripts/build-command.ts', folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

const read = (file: string) => readFileSync(join(folder, file), 'utf8');

/** The schemas of CycloneDX, as its own library has them. */
function createValidator() {
  const library = import.meta.resolve('@cyclonedx/cyclonedx-library/package.json');
  const schema = (name: string) =>
    JSON.parse(readFileSync(new URL(`res/schema/${name}.SNAPSHOT.schema.json`, library), 'utf8'));
  const ajv = new Ajv({ strict: false, validateFormats: false });
  for (const name of ['spdx', 'jsf-0.82'])
    ajv.addSchema(schema(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
  return ajv.compile(schema('bom-1.6'));
}

const FUNCTION = "In the function's bundle";

/** The packages that a section of docs/dependencies.md names in its tables. */
function explained(title: string): string[] {
  const sections = readFileSync(join(ROOT, 'docs/dependencies.md'), 'utf8').split(/^## /m);
  const section = sections.find((text) => text.startsWith(`${title}\n`)) ?? '';
  const rows = section.match(/^\|.*$/gm) ?? [];
  const names = rows.flatMap((row) => [...row.matchAll(/`((?:@[\w-]+\/)?[a-z][\w.-]*)`/g)]);
  return sorted(names.map(([, name = '']) => name));
}

describe.each([
  ['handler', [FUNCTION]],
  ['command/kafka-pg-sink', [FUNCTION, "In the command's bundle"]],
] as const)('the bundle %s', (name, sections) => {
  const bom = () => JSON.parse(read(`${name}.cdx.json`));
  const components = (): Component[] => bom().components;

  test('has a bill of materials in CycloneDX 1.6, of this version', () => {
    const validate = createValidator();
    expect(validate(bom()), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...bom(), components: [{ name: 'of no type' }] })).toBe(false);
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    expect(bom()).toMatchObject({
      specVersion: '1.6',
      metadata: { component: { type: 'application', name: 'kafka-pg-sink', version } },
    });
  });

  test('holds the packages that docs/dependencies.md names, and no other', () => {
    const held = sorted(components().map(nameOf));
    const all = new Set(sections.flatMap(explained));
    expect(held.filter((one) => !all.has(one))).toEqual([]);
    // What the command needs of the function's is there too, but not all of it.
    expect(explained(sections.at(-1) ?? '').filter((one) => !held.includes(one))).toEqual([]);
    expect(held.length).toBeGreaterThan(20);
  });

  test('holds no package of an unknown licence, or of one that asks for more than to be named', () => {
    expect(components().filter((one) => !PERMISSIVE.includes(licenceOf(one)))).toEqual([]);
  });

  test('has the licence of each of its packages beside it, and its own', () => {
    const [head = '', ...parts] = read(`${name}.licenses.txt`).split(/^-{80}$/m);
    expect(head).toContain('code of these packages');
    const silent = parts.pop() ?? '';
    expect(silent).toContain('hold no text of their licence');
    const texts = parts
      .map((part) => part.trim().split('\n\n'))
      .map(([lines = '', ...text]) => ({
        lines,
        text: text.join('\n\n'),
      }));
    for (const { text } of texts) expect(text).toMatch(/copyright|Blue Oak Model License/i);
    const lineOf = (one: Component) => `${nameOf(one)}@${one.version} (${licenceOf(one)}`;
    for (const one of [bom().metadata.component, ...components()]) {
      const stated = texts.some(({ lines }) => lines.includes(lineOf(one)));
      if (stated || licenceOf(one) === WITHOUT_CONDITIONS) continue;
      // Its package holds no text: that of its licence must be there for another.
      expect(silent).toContain(lineOf(one));
      expect(
        texts.some(({ lines }) => lines.includes(`(${licenceOf(one)},`)),
        nameOf(one),
      ).toBe(true);
    }
  });
});

test('the bill of materials names what the source map of the function names', () => {
  const { sources }: { sources: string[] } = JSON.parse(read('handler.mjs.map'));
  const packages = sources.flatMap(
    (source) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1] ?? [],
  );
  const { components }: { components: Component[] } = JSON.parse(read('handler.cdx.json'));
  expect(sorted(packages)).toEqual(sorted(components.map(nameOf)));
});
