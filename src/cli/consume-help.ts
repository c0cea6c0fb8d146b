import type { Group, Setting } from '../settings/setting.ts';
import { CONSUME, flagOf } from '../settings/table/all.ts';

const COLUMN = 40;

/** The text of `kafka-pg-sink consume --help`. */
export const HELP = `kafka-pg-sink consume [options]

Consumes the topics of the definitions into PostgreSQL until SIGTERM or SIGINT, then finishes what it has begun,
commits, and leaves the group. A second signal ends it at once. Nothing is lost in any case.

Each option can also be set by the environment variable below it; the option wins. Credentials have
a variable only, because a command line shows in the list of processes.

${CONSUME.map(section).join('\n\n')}

${line('--help', 'this text')}

The AWS SDK and Powertools read variables of their own too, such as AWS_ENDPOINT_URL_SQS and
POWERTOOLS_LOG_LEVEL. docs/settings.md lists all settings, with what each must be.

GET /livez answers while the process lives, /readyz while records can flow, /metrics for Prometheus.

Exit code: 0 after a signal, 1 when it cannot start with these settings or an unexpected error ends it,
2 for a wrong command line, 130 after a second signal.`;

function section({ subject, settings }: Group): string {
  return `${subject}\n\n${Object.values(settings).map(entry).join('\n')}`;
}

function entry(setting: Setting): string {
  const { variable, kind, help, required } = setting;
  const flag = flagOf(setting);
  const value = kind.placeholder;
  if (flag === null) return line(`${variable}=${value}`, help);
  const otherwise = setting.default ?? setting.unset;
  return [
    line(`--${flag}${value === null ? '' : ` ${value}`}`, help),
    line(
      '',
      [
        value === null ? `${variable}=enabled` : variable,
        ...(required ? ['required'] : []),
        ...(otherwise === undefined ? [] : [`default: ${otherwise}`]),
      ].join(', '),
    ),
  ].join('\n');
}

/** What does not fit into the left column has a line of its own. */
function line(left: string, right: string): string {
  const gap = left.length < COLUMN ? left.padEnd(COLUMN) : `${left}\n  ${' '.repeat(COLUMN)}`;
  return `  ${gap}${right}`;
}
