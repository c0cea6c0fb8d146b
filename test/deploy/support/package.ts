import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { strFromU8, unzipSync } from 'fflate';
import { afterAll } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const FRAMEWORK = join(ROOT, 'node_modules/serverless/bin/serverless.js');

/** The framework keeps its compiled schema at home, which takes it seconds to make. */
const home = mkdtempSync(join(tmpdir(), 'deploy-test-home-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: a template is JSON of any shape; the tests assert it.
  readonly Properties: Record<string, any>;
}

export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: Readonly<Record<string, { readonly Export?: { readonly Name: string } }>>;
}

/** The properties of a resource, for tests that assert what is in them. */
export function propertiesOf({ Resources }: { readonly Resources: object }, name: string) {
  return (Resources as Template['Resources'])[name]?.Properties ?? {};
}

/** The mapping of a template: its logical id and its properties. */
export function mappingOf({ Resources }: { readonly Resources: object }) {
  const all = Object.entries(Resources as Template['Resources']);
  const [found] = all.filter(([, { Type }]) => Type === 'AWS::Lambda::EventSourceMapping');
  if (!found) throw new Error('no mapping');
  return { id: found[0], properties: found[1].Properties };
}

export interface Packaged {
  readonly code: number;
  readonly output: string;
  readonly template: Template;
  /** Names and texts of the files in the function's archive. */
  readonly archive: Readonly<Record<string, string>>;
  readonly archiveBytes: number;
  /** What the framework hands to CloudFormation for the stack and, through it, for each resource. */
  readonly stackTags: unknown;
}

/**
 * Runs `serverless package` as on a machine that knows nothing of AWS: no credentials, no configuration, and every way
 * to the network leads nowhere.
 *
 * @param parameters as `--param` takes them
 */
export async function packageStage(
  stage: string,
  parameters: Readonly<Record<string, string>>,
): Promise<Packaged> {
  const folder = copyService();
  const args = Object.entries(parameters).map(([name, value]) => `--param=${name}=${value}`);
  const nowhere = 'http://127.0.0.1:1';
  try {
    const { code, output } = await run(folder, [FRAMEWORK, 'package', '--stage', stage, ...args], {
      PATH: process.env.PATH,
      HOME: home,
      HTTP_PROXY: nowhere,
      HTTPS_PROXY: nowhere,
    });
    if (code !== 0)
      return {
        code,
        output,
        template: { Resources: {}, Outputs: {} },
        archive: {},
        archiveBytes: 0,
        stackTags: undefined,
      };
    const zip = readFileSync(join(folder, '.serverless/kafka-pg-sink.zip'));
    const files = Object.entries(unzipSync(zip)).map(([name, data]) => [name, strFromU8(data)]);
    const written = (name: string) =>
      JSON.parse(readFileSync(join(folder, '.serverless', name), 'utf8'));
    return {
      code,
      output,
      template: written('cloudformation-template-update-stack.json'),
      stackTags: written('serverless-state.json').service.provider.stackTags,
      archive: Object.fromEntries(files),
      archiveBytes: zip.length,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A folder of its own for each run: the framework works in `.serverless`, where two would meet. */
function copyService(): string {
  const folder = mkdtempSync(join(tmpdir(), 'deploy-test-'));
  mkdirSync(join(folder, 'dist'));
  const copied = ['serverless.yml', 'package.json', 'sink.config.ts'];
  const built = ['handler.mjs', 'handler.mjs.map', 'handler.licenses.txt', 'handler.cdx.json'];
  for (const file of [...copied, ...built.map((name) => `dist/${name}`)])
    copyFileSync(join(ROOT, file), join(folder, file));
  for (const linked of ['infra', 'src']) symlinkSync(join(ROOT, linked), join(folder, linked));
  return folder;
}

function run(
  cwd: string,
  args: string[],
  env: NodeJS.ProcessEnv,
): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd, env }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }),
    );
  });
}

/** Builds the bundle, which the archive takes. */
export async function buildBundle(): Promise<void> {
  const { code, output } = await run(ROOT, [join(ROOT, 'src/cli/main.ts'), 'build'], process.env);
  if (code !== 0) throw new Error(output);
}
