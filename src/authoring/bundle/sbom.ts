import { type BundledPackage, idOf } from './packages.ts';

/**
 * The software bill of materials of a bundle, in the JSON of CycloneDX 1.6. It is the same for the same packages: without the
 * time and the number of a build.
 * https://cyclonedx.org/docs/1.6/json/
 *
 * @param own folder of the package that the bundle is of
 */
export function sbomOf(packages: readonly BundledPackage[], own: string): string {
  // Two copies of one version are one component.
  const all = [...Map.groupBy(packages, idOf).values()];
  const idsOf = new Map(packages.map((one) => [one.folder, idOf(one)]));
  const isOwn = ([first]: BundledPackage[]) => first?.folder === own;
  const [main] = all.filter(isOwn).map(([first]) => first && component('application', first));
  const bom = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: main },
    components: all
      .filter((copies) => !isOwn(copies))
      .map(([first]) => first && component('library', first)),
    dependencies: all.map((copies) => ({
      ref: copies[0] && idOf(copies[0]),
      dependsOn: [
        ...new Set(
          copies.flatMap(({ imports }) => [...imports]).map((folder) => idsOf.get(folder)),
        ),
      ].sort(),
    })),
  };
  return `${JSON.stringify(bom, null, 1)}\n`;
}

function component(type: 'application' | 'library', one: BundledPackage) {
  const { name, version, license, author, repository } = one;
  const [, group, own] = /^(@[^/]+)\/(.+)$/.exec(name) ?? [];
  return {
    type,
    'bom-ref': idOf(one),
    group,
    name: own ?? name,
    version,
    authors: author === undefined ? undefined : [{ name: author }],
    licenses: license === undefined ? undefined : [licenceOf(license)],
    purl: version && `pkg:npm/${name.replace('@', '%40')}@${encodeURIComponent(version)}`,
    externalReferences: repository?.startsWith('http')
      ? [{ type: 'vcs', url: repository }]
      : undefined,
  };
}

/** What npm lets a manifest say beside an expression of SPDX. */
const licenceOf = (text: string) =>
  /^(UNLICENSED|SEE LICEN[CS]E .*)$/i.test(text)
    ? { license: { name: text } }
    : { expression: text };
