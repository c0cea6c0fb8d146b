import { loadDefinitions } from '../src/authoring/load.ts';
import { createSamples, type SampleOptions, type Samples } from './samples.ts';

/** The samples of each definition of a file, in its order. */
export async function loadSamples(file: string, options: SampleOptions): Promise<Samples[]> {
  const definitions = await loadDefinitions(file);
  return definitions.map((definition) => createSamples(definition, options));
}
