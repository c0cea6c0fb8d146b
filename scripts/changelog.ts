/**
 * Finds what a changelog says of a release.
 *
 * @param release a version, or `Unreleased`
 * @returns the text below its heading; null when it has none
 */
export function changesOf(changelog: string, release: string): string | null {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((text) => text.startsWith(`[${release}]`));
  return section?.slice(section.indexOf('\n')).trim() || null;
}
