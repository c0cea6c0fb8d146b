import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where and how much the broker logs. */
export const LOGGING_FILE = fileURLToPath(
  new URL('../infra/kafka/log4j2.properties', import.meta.url),
);

const common = fileURLToPath(new URL('../infra/kafka/server.properties', import.meta.url));

/**
 * The text of a broker's settings file: `infra/kafka/server.properties`, then what differs from
 * start to start. The later of two lines with the same name counts.
 *
 * @param options.port for clients, on 127.0.0.1
 * @param options.controllerPort for the node itself, on 127.0.0.1
 * @param options.dataDir the data folder
 * @param options.settings more settings
 */
export function brokerSettings(options: {
  port: number;
  controllerPort: number;
  dataDir: string;
  settings?: Readonly<Record<string, string>>;
}): string {
  const { port, controllerPort, dataDir, settings } = options;
  const particular = {
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'log.dirs': dataDir,
    ...settings,
  };
  const lines = Object.entries(particular).map(([name, value]) => `${name}=${value}\n`);
  return readFileSync(common, 'utf8') + lines.join('');
}
