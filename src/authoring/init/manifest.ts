import { isObject } from '../../record/guards.ts';
import { AuthoringError } from '../authoring-error.ts';

type Entries = Readonly<Record<string, string | boolean>>;

/** A `package.json` in which nothing is missing. */
interface CompleteManifest {
  readonly text: string;
  /** What was added: scripts and packages, and that its modules are ES modules. */
  readonly added: readonly string[];
  /** Whether a `.ts` or `.js` file of the project is a CommonJS module. */
  readonly isCommonJs: boolean;
}

/** The lists of a manifest whose entries a project needs. */
const LISTS = ['scripts', 'dependencies', 'devDependencies', 'allowScripts'] as const;

/** What `npm init` writes, where nobody has decided. */
const NO_TEST = 'echo "Error: no test specified" && exit 1';

/**
 * Adds what is missing to a `package.json`: the scripts and packages without which nothing of a project works. All else
 * stays, but for what `npm init` wrote and nobody has decided.
 *
 * @param there its text
 * @param wanted the text of a whole one
 * @param hasScripts whether modules are there whose kind would change with the project's
 * @throws {AuthoringError} when it is no JSON object
 */
export function completeManifest(
  there: string,
  wanted: string,
  hasScripts: boolean,
): CompleteManifest {
  const given = parse(there);
  const whole = JSON.parse(wanted);
  const isUndecided = listOf(given, 'scripts').test === NO_TEST;
  const packages = { ...listOf(given, 'dependencies'), ...listOf(given, 'devDependencies') };
  const complete: Record<string, unknown> = { ...given };
  const added: string[] = [];
  if (!hasScripts && given.type !== whole.type && (isUndecided || given.type === undefined)) {
    complete.type = whole.type;
    added.push(`"type": "${whole.type}"`);
  }
  for (const list of LISTS) {
    const own = listOf(given, list);
    const taken = list.endsWith('ependencies') ? packages : own;
    const missing = Object.entries<string | boolean>(whole[list]).filter(
      ([name]) => taken[name] === undefined || taken[name] === NO_TEST,
    );
    if (missing.length === 0) continue;
    complete[list] = { ...own, ...Object.fromEntries(missing) };
    // It only says of packages, named already, whose install scripts npm may run.
    if (list !== 'allowScripts') added.push(...missing.map(([name]) => name));
  }
  return {
    text: `${JSON.stringify(complete, null, 2)}\n`,
    added,
    isCommonJs: complete.type !== 'module',
  };
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const manifest: unknown = JSON.parse(text);
    if (isObject(manifest)) return manifest;
  } catch {
    // Said below.
  }
  throw new AuthoringError('package.json must be a JSON object: repair it, or remove it.');
}

function listOf(manifest: Readonly<Record<string, unknown>>, list: string): Entries {
  const entries = manifest[list];
  return isObject(entries) ? (entries as Entries) : {};
}
