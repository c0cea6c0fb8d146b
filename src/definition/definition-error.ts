import { SinkError } from '../record/errors.ts';

/** A definition is wrong. The process must not start; what can be seen only with a record fails that record's batch. */
export class DefinitionError extends SinkError {
  override readonly name = 'DefinitionError';
  readonly retriable = false;
  /** Each names the definition and the column, and says what it must be. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    const count = problems.length === 1 ? 'One thing is' : `${problems.length} things are`;
    super(
      `${count} wrong in the definition:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
    );
    this.problems = problems;
  }
}
