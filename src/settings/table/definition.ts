import { text } from '../kinds.ts';
import type { Group } from '../setting.ts';

export const DEFINITION = {
  subject: 'Definition',
  readBy: 'consume',
  settings: {
    file: {
      variable: 'SINK_CONFIG',
      flag: 'sink',
      kind: text('a file that exports a definition, or several', 'FILE'),
      unset: 'sink.config.ts, .mts, .mjs, .js or .json here',
      help: 'which topic goes into which table',
    },
  },
} as const satisfies Group;
