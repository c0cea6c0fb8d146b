import type { Deadline } from '../../timing/deadline.ts';
import type { OnRejected } from './rejection.ts';
import type { StatesParts } from './states/prepare-states.ts';
import { createStatesFlush } from './states/states-flush.ts';
import type { TableFlush } from './table-flush.ts';
import type { Written } from './written.ts';

/**
 * The rows of a batch that belong to a table of states, which gives its orphans up once and for all: it rejects one before it
 * tries those of its key behind it. So where anything of the batch has failed by then, each is delivered again, whatever its
 * age and its foreign key are.
 */
export function createPatientStates(
  parts: StatesParts,
  deadline: Deadline,
  onRejected: OnRejected,
): TableFlush {
  let mayCome = false;
  let given: Promise<Written> | undefined;
  const patient: StatesParts = {
    ...parts,
    get retryForeignKeysMs() {
      return mayCome ? Number.POSITIVE_INFINITY : parts.retryForeignKeysMs;
    },
  };
  const flush = createStatesFlush(patient, deadline, onRejected);
  return {
    ...flush,
    giveUpOrphans(failing) {
      mayCome ||= failing.size > 0;
      given ??= flush.giveUpOrphans(failing);
      return given;
    },
  };
}
