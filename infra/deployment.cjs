/** What `serverless.yml` asks for as `custom.sink`: the parts of the template that depend on the parameters. */
module.exports = async ({ options, resolveVariable, resolveConfigurationProperty }) => {
  const { createDeployment } = await import('../src/deployment/deployment.ts');
  const { compileSinks } = await import('../src/definition/sinks.ts');
  const { default: definition } = await import('../sink.config.ts');
  const stage = await resolveVariable('sls:stage');
  const region = await resolveVariable('opt:region, param:region');
  const sections = await resolveConfigurationProperty(['params']);
  const known = Object.keys(sections.default);
  const values = await Promise.all(known.map((name) => resolveVariable(`param:${name}, ''`)));
  const given = [
    ...Object.keys(sections[stage] ?? {}),
    ...(options.param ?? []).map((text) => text.split('=', 1)[0]),
  ];
  try {
    return createDeployment({
      stage,
      region,
      parameters: Object.fromEntries(known.map((name, index) => [name, values[index]])),
      sinks: compileSinks(definition),
      unknown: given.filter((name) => !known.includes(name)),
    });
  } catch (error) {
    // The framework prints an error's stack; of a wrong parameter only the message is of use.
    if (error.problems)
      error.stack = `\n\n${error.message}\n\nParameters are set in infra/parameters.yml or with --param="name=value"; docs/deploy.md explains them.`;
    throw error;
  }
};
