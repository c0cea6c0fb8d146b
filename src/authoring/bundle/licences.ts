import { type BundledPackage, idOf } from './packages.ts';

const RULE = '-'.repeat(80);

/**
 * The licences of all packages of a bundle. Most ask that their text goes where their code goes. A text that several packages
 * hold alike stands there once.
 */
export function licencesOf(packages: readonly BundledPackage[]): string {
  const stated = packages.filter(({ terms }) => terms !== undefined);
  const texts = Map.groupBy(stated, ({ terms }) => terms);
  const silent = packages.filter(({ terms }) => terms === undefined);
  return [
    'The bundle beside this file holds code of these packages, under these licences.',
    ...[...texts].map(([terms, all]) => `${RULE}\n${all.map(line).join('\n')}\n\n${terms}`),
    ...(silent.length > 0 ? [`${RULE}\n${WITHOUT_TEXT}\n\n${silent.map(line).join('\n')}`] : []),
    '',
  ].join('\n\n');
}

const WITHOUT_TEXT =
  'These hold no text of their licence. Of the one that their manifests name, the text stands above or at https://spdx.org/licenses/.';

function line(one: BundledPackage): string {
  const { license, author, repository } = one;
  const parts = [license ?? 'no licence named', author && `by ${author}`, repository];
  return `${idOf(one)} (${parts.filter(Boolean).join(', ')})`;
}
