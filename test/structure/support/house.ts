import { readTable } from '../../../scripts/markdown-table.ts';
import type { Graph } from './graph.ts';

export interface Room {
  /** A folder of `src/`, such as `kafka/`, or a file. The longest that fits a file is the file's. */
  readonly folder: string;
  /** What it may import, as the map says it. */
  readonly rule: string;
  /** Folders that the files of this one may import beside their own. */
  readonly mayImport: ReadonlySet<string>;
}

/**
 * Reads the map of the house from CONTRIBUTING.md.
 *
 * @throws {Error} if it has no map, or a rule in it is neither `nothing` nor floors and folders
 */
export function readHouse(markdown: string): readonly Room[] {
  const rows = readTable(markdown, [
    'floor',
    'folder',
    'may import',
    'what is in it',
    'open first',
  ]);
  const floors = rows.map(([floor, folder = '']) => ({
    floor: Number(floor),
    folder: folder.replaceAll('`', ''),
  }));
  return rows.map(([, , rule = ''], index) => ({
    folder: floors[index]?.folder ?? '',
    rule,
    mayImport: parseRule(rule, floors),
  }));
}

/** `nothing`, or floors and folders: "floors 0–3, `a/`, not `b/`". */
function parseRule(
  rule: string,
  floors: readonly { readonly floor: number; readonly folder: string }[],
): ReadonlySet<string> {
  if (rule === 'nothing') return new Set();
  const match = /^floors? (\d)(?:–(\d))?((?:, `[^`]+`)*)((?:, not `[^`]+`)*)$/.exec(rule);
  if (!match) throw new Error(`The map of the house: "${rule}" must be written as the others are.`);
  const [, from, to = from, more = '', less = ''] = match;
  const within = floors.filter(({ floor }) => floor >= Number(from) && floor <= Number(to));
  const allowed = new Set([...within.map(({ folder }) => folder), ...namesIn(more)]);
  return allowed.difference(new Set(namesIn(less)));
}

function namesIn(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
}

/** The definition of the sink that ships, and those that may import it. */
const DEFINITION = 'sink.config.ts';
const KNOW_DEFINITION = /^src\/lambda\/main\.ts$/;

/** Says which files of `src/` import what the map does not allow them: one sentence for each import. */
export function findForbidden(graph: Graph, house: readonly Room[]): string[] {
  return [...graph].flatMap(([file, imports]) => {
    const room = roomOf(file, house);
    if (!room)
      return `${file} is in no folder of the map of the house in CONTRIBUTING.md: add its folder.`;
    return imports
      .filter((path) => path.endsWith('.ts'))
      .flatMap((path) => {
        if (path === DEFINITION && KNOW_DEFINITION.test(file)) return [];
        const other = roomOf(path, house);
        if (other === room || (other && room.mayImport.has(other.folder))) return [];
        return `${file} imports ${path}, but beside its own files ${room.folder} may import ${room.rule.replaceAll('`', '')}. Move what it needs into a folder that both may import, or pass it in.`;
      });
  });
}

function roomOf(file: string, house: readonly Room[]): Room | undefined {
  if (!file.startsWith('src/')) return undefined;
  const path = file.slice('src/'.length);
  const fitting = house.filter(({ folder }) =>
    folder.endsWith('/') ? path.startsWith(folder) : path === folder,
  );
  return fitting.sort((one, other) => other.folder.length - one.folder.length)[0];
}
