/**
 * In the place of ajv in the command. The Kafka client compiles 40 schemas as it is loaded, for all that its options can
 * be, which took most of its import and 15 MB. Here they accept everything: which settings a user may make is
 * checked by `src/config`, and that what we make of them fits the schemas, by the tests, which run with ajv.
 */
export class Ajv2020 {
  addKeyword(): this {
    return this;
  }

  compile(): () => true {
    return () => true;
  }
}
