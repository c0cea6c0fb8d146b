import { writeFile } from 'node:fs/promises';
import { definitionSchema } from '../src/authoring/json-schema.ts';

await writeFile('sink.config.schema.json', `${JSON.stringify(definitionSchema(), null, 2)}\n`);
