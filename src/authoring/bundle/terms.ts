import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const FILE = /^(licen[cs]e|copying|copyright|notice)/i;
const README = /^readme(\.|$)/i;

/**
 * Reads what a package says of its licence: its files of it and of notices, or else the section of its README, where that holds a
 * copyright.
 *
 * @returns undefined where it says nothing
 */
export async function readTerms(folder: string): Promise<string | undefined> {
  const names = (await readdir(folder)).sort();
  const read = async (name: string) => (await readFile(join(folder, name), 'utf8')).trim();
  const texts = await Promise.all(names.filter((name) => FILE.test(name)).map(read));
  if (texts.length > 0) return texts.join('\n\n').replaceAll('\r', '');
  const readme = names.find((name) => README.test(name));
  const sections = readme === undefined ? [] : (await read(readme)).split(/^#+ */m);
  const section = sections.find((text) => /^licen[cs]e\s*\n.*copyright/is.test(text));
  return section?.replace(/^.*\n/, '').replaceAll('\r', '').trim();
}
