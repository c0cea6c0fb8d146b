import manifest from '../package.json' with { type: 'json' };

/** A module that users import: its types and its code. */
const entry = (module: string) => ({
  types: `./lib/${module}.d.ts`,
  default: `./lib/${module}.js`,
});

/** The manifest of the package: what the project's own says of it, and what only the built package has. */
export function publishedManifest(): Readonly<Record<string, unknown>> {
  const { name, version, description, license, type, dependencies } = manifest;
  const { peerDependencies, peerDependenciesMeta } = manifest;
  return {
    ...{ name, version, description, license, type },
    // Node.js reads TypeScript, which a definition can be, from here on.
    engines: { node: '>=22.18' },
    bin: { [name]: 'lib/cli/kafka-pg-sink.cjs' },
    exports: {
      '.': entry('index'),
      './lambda': entry('lambda/create-handler'),
      './consumer': entry('service/create-consumer'),
      './serverless': entry('deployment/serverless'),
      './testing': entry('testing'),
      './sink.config.schema.json': './sink.config.schema.json',
      './package.json': './package.json',
    },
    ...{ dependencies, peerDependencies, peerDependenciesMeta },
  };
}
