import type { Issue } from '../record/fates.ts';
import { DefinitionError } from './definition-error.ts';

/** What this project uses of Standard Schema, which Zod, Valibot, ArkType and others have. https://standardschema.dev */
export interface StandardSchema {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult | Promise<SchemaResult>;
  };
}

interface SchemaResult {
  readonly issues?: readonly {
    readonly message: string;
    readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  }[];
}

const MESSAGE = 'rejected by the schema';
const INDEX = /^\d{1,9}$/;

/**
 * @param known names of fields that the definition has. Other names may be data, and the schema's messages quote values
 *   (promise P8), so an issue shows neither.
 * @param name of the definition
 * @returns judges a value, parsed as `JSON.parse` does
 */
export function schemaJudge(
  schema: StandardSchema,
  known: ReadonlySet<string>,
  name: string,
): (value: unknown) => readonly Issue[] {
  const show = (step: string) => (known.has(step) || INDEX.test(step) ? step : '*');
  return (value) => {
    const result = schema['~standard'].validate(value);
    if (result instanceof Promise) {
      // Nobody waits for it.
      result.catch(() => {});
      throw new DefinitionError([`${name}: schema: must not be asynchronous`]);
    }
    return (result.issues ?? []).map(({ path = [] }) => ({
      path: path.map((step) => show(String(typeof step === 'object' ? step.key : step))).join('.'),
      message: MESSAGE,
    }));
  };
}
