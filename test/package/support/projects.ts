/** The files of projects that use the package, by their paths. */

const COLUMNS = '{ id: integer(), name: text(), source_offset: meta.offset }';

const definition = `import { defineSink, integer, meta, text } from 'kafka-pg-sink';

export default defineSink({ topic: 'places', table: 'places', key: 'id', columns: ${COLUMNS} });
`;

/** The table of the definition. */
export const TABLE =
  'CREATE TABLE places (id int PRIMARY KEY, name text NOT NULL, source_offset bigint NOT NULL)';

const handler = (definitionFile: string) => `import { createHandler } from 'kafka-pg-sink/lambda';
import definition from './${definitionFile}';

export const handler = createHandler(definition);
`;

/** Strict, the libraries' types included. */
const tsconfig = (module: string, moduleResolution: string) => ({
  compilerOptions: {
    ...{ target: 'es2023', strict: true, noEmit: true, types: ['node'] },
    ...{ allowImportingTsExtensions: true, module, moduleResolution },
  },
});

/** TypeScript, in the folder of the package's installation. */
export const TYPESCRIPT = {
  'sink.config.ts': definition,
  'handler.ts': handler('sink.config.ts'),
  'consumer.ts': `import { createConsumer } from 'kafka-pg-sink/consumer';
import definition from './sink.config.ts';

const consumer = await createConsumer([definition], { ...process.env, HTTP_PORT: '0' });
await consumer.start();
const joined: boolean = consumer.status().joined;
console.log(joined);
await consumer.stop();
`,
  'tsconfig.node16.json': tsconfig('node16', 'node16'),
  'tsconfig.bundler.json': tsconfig('esnext', 'bundler'),
};

/** What TypeScript must refuse beside it: a key that is no column in line 3, and half a definition in line 4. */
export const WRONG = {
  'wrong.ts': `import { defineSink, text } from 'kafka-pg-sink';
import { createHandler } from 'kafka-pg-sink/lambda';
defineSink({ topic: 'places', table: 'places', key: 'di', columns: { id: text() } });
createHandler({ topic: 'places' });
`,
};

/** JavaScript, as ES modules, with a program that hands an event to the handler. */
export const JAVASCRIPT = {
  'package.json': { type: 'module' },
  'sink.config.js': definition,
  'handler.js': handler('sink.config.js'),
  'invoke.js': `import { handler } from './handler.js';

const event = JSON.parse(process.env.EVENT);
console.log(JSON.stringify(await handler(event, { getRemainingTimeInMillis: () => 30000 })));
await handler.close();
`,
};

/** A project of CommonJS modules, whose definition says by its name that it is none. */
export const COMMONJS = { 'package.json': { type: 'commonjs' }, 'sink.config.mts': definition };
