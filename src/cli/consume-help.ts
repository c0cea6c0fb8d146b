import { SETTINGS, type Setting } from '../settings/table.ts';

const COLUMN = 40;

/** The text of `kafka-pg-sink consume --help`. */
export const HELP = `kafka-pg-sink consume [options]

Consumes a Kafka topic into PostgreSQL until SIGTERM or SIGINT, then finishes what it has begun,
commits, and leaves the group. A second signal ends it at once. Nothing is lost in any case.

Each option can also be set by the environment variable below it; the option wins. Credentials have
a variable only, for a command line shows in the list of processes.

${[...SETTINGS].map(([subject, settings]) => `${subject}\n\n${settings.map(entry).join('\n')}`).join('\n\n')}

${line('--help', 'this text')}

PARTIAL_BATCH_RESPONSE is always enabled here. The AWS SDK and Powertools keep their own variables, as
AWS_ENDPOINT_URL_SQS and POWERTOOLS_LOG_LEVEL.

GET /livez answers while the process lives, /readyz while records can flow, /metrics for Prometheus.

Exit code: 0 after a signal, 1 when it cannot start as it is set up or an unexpected error ends it, 2
for a wrong command line, 130 after a second signal.`;

function entry({ flag, variable, value, fallback, help }: Setting): string {
  if (flag === null) return line(`${variable}=${value}`, help);
  const set = value === null ? `${variable}=enabled` : variable;
  return [
    line(`--${flag}${value === null ? '' : ` ${value}`}`, help),
    line('', fallback === null ? set : `${set}, default ${fallback}`),
  ].join('\n');
}

function line(left: string, right: string): string {
  return `  ${left.padEnd(COLUMN)}${right}`;
}
