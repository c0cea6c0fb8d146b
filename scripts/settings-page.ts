import type { Group, Setting } from '../src/settings/setting.ts';
import { flagOf, TABLE } from '../src/settings/table/all.ts';
import { DATABASE } from '../src/settings/table/database.ts';
import { AWS, KAFKA_SECURITY } from '../src/settings/table/kafka-connection.ts';
import { LAMBDA } from '../src/settings/table/lambda.ts';

const READ_BY = {
  sink: 'Read by the function and by `consume`',
  lambda: 'Read by the function only',
  consume: 'Read by `consume` only',
} as const satisfies Record<Group['readBy'], string>;

/** What a group's table cannot say. */
const NOTES: ReadonlyMap<Group, string> = new Map<Group, string>([
  [
    DATABASE,
    `Exactly one of \`DATABASE_URL\`, \`DATABASE_SECRET_ARN\` and \`DATABASE_IAM_USER\` must be set. With an IAM user,
\`DATABASE_HOST\` and \`DATABASE_NAME\` must be set too. With a secret, host, port and name replace what it holds (for an RDS
Proxy), or add what it does not hold (a secret that RDS manages).

Of the parameters of a URL, \`sslmode\`, \`options\` and \`application_name\` are read, and any other stops the start. An address of IPv6
stands in brackets (\`[::1]\`), and the folder of a Unix socket in the place of the host, percent-encoded
(\`postgres://sink@%2Fvar%2Frun%2Fpostgresql/app\`). There is one host: where a server can fail over, give the name that follows it.`,
  ],
  [
    LAMBDA,
    `\`PARTIAL_BATCH_RESPONSE\` must agree with the mapping: \`kafka-pg-sink doctor --function NAME\` checks it
([doctor.md](doctor.md)). A mapping gives a batch up after a number of deliveries, and while PostgreSQL is away a delivery
fails within milliseconds: \`FAILURE_PAUSE_MS\` keeps an outage from using them up within minutes ([scaling.md](scaling.md)).`,
  ],
  [KAFKA_SECURITY, 'Which of them go together: [consume.md](consume.md#security-of-kafka).'],
  [AWS, 'Lambda sets it for a function. The other commands read it too.'],
]);

/** The text of docs/settings.md, made from the table of settings. */
export function settingsPage(): string {
  return `<!-- Written by \`npm run docs:settings\` from src/settings/table/. Change it there. -->

# Settings

The sink is configured by environment variables. They are read and checked as a whole at start: what is wrong stops the
start with one message that names every bad variable, its value (never a secret's), and what it must be. An empty string
counts as not set.

The **function** on Lambda reads its variables from its configuration ([deploy.md](deploy.md) sets them).
\`kafka-pg-sink consume\` takes an option for each of its settings too; the option wins over the variable. Credentials have
no option, because a command line shows in the list of processes. The other commands read parts of the same table:

| command | reads |
|---|---|
| \`migrate\` | PostgreSQL |
| \`doctor\` | what the function reads |
| \`dead-letters\` | \`DEAD_LETTER_QUEUE_URL\`, unless \`--queue-url\` is given |
| \`dead-letters replay\` | PostgreSQL, dead letters, retries and circuit breaker; Kafka and its security, for records that are fetched from Kafka or sent to it. With \`--to-topic\` Kafka and \`DEAD_LETTER_QUEUE_URL\` only |

${TABLE.map(section).join('\n\n')}

## Variables of others

The AWS SDK and Powertools read variables of their own, which are not checked here: \`AWS_ENDPOINT_URL_SQS\`,
\`AWS_PROFILE\`, \`POWERTOOLS_LOG_LEVEL\`, \`POWERTOOLS_METRICS_DISABLED\` and so on. \`NODE_EXTRA_CA_CERTS\` names certificates
that Node.js is to trust beside those that it knows.
`;
}

function section(group: Group): string {
  const { subject, readBy, settings } = group;
  const options = readBy !== 'lambda';
  const head = ['variable', ...(options ? ['option'] : []), 'default', 'must be', 'meaning'];
  const rows = Object.values(settings).map((setting) => [
    code(setting.variable),
    ...(options ? [optionOf(setting)] : []),
    defaultOf(setting),
    cell(setting.kind.mustBe),
    cell(setting.help),
  ]);
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  const note = NOTES.get(group);
  const parts = [`## ${subject}`, `${READ_BY[readBy]}.`, lines.join('\n'), ...(note ? [note] : [])];
  return parts.join('\n\n');
}

function optionOf(setting: Setting): string {
  const flag = flagOf(setting);
  return flag === null ? 'none' : code(`--${flag}`);
}

function defaultOf({ default: fixed, unset, required }: Setting): string {
  if (required) return '**required**';
  return fixed === undefined ? cell(unset ?? '') : code(fixed);
}

function code(text: string): string {
  return `\`${text}\``;
}

function cell(text: string): string {
  return text.replaceAll('<', '\\<').replaceAll('|', '\\|');
}
