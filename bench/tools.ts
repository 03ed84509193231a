import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The tools and peers of the bench, and the Debian packages that contain them. */
const PACKAGES = {
  wrk: ['wrk'],
  'redis-server': ['redis-server'],
  'redis-benchmark': ['redis-tools'],
  erl: ['erlang-base', 'erlang-mnesia', 'erlang-dev'],
  cowboy: ['rabbitmq-server'],
  postgres: ['postgresql'],
} as const;

export type Tool = keyof typeof PACKAGES;

/** The directory of the libraries in Debian's rabbitmq-server. */
const RABBITMQ = '/usr/lib/rabbitmq/lib';

export function installedTools(): ReadonlySet<Tool> {
  const tools = new Set<Tool>();
  for (const tool of allTools()) if (isInstalled(tool)) tools.add(tool);
  return tools;
}

/** What is missing and how to install it, in two lines; undefined if nothing is missing. */
export function missingText(installed: ReadonlySet<Tool>): string | undefined {
  const missing = allTools().filter((tool) => !installed.has(tool));
  if (missing.length === 0) return undefined;
  const packages = new Set(missing.flatMap((tool) => PACKAGES[tool]));
  return `not installed: ${missing.join(', ')}; rows that need them are skipped\nto install them: apt-get install ${[...packages].join(' ')}`;
}

function allTools(): Tool[] {
  return ['wrk', 'redis-server', 'redis-benchmark', 'erl', 'cowboy', 'postgres'];
}

function isInstalled(tool: Tool): boolean {
  if (tool === 'cowboy') return hasCowboy();
  // Debian keeps the server out of the path.
  if (tool === 'postgres') return existsSync('/usr/lib/postgresql');
  return isOnPath(tool);
}

function isOnPath(command: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function hasCowboy(): boolean {
  try {
    return readdirSync(RABBITMQ).some((version) =>
      readdirSync(join(RABBITMQ, version, 'plugins')).some((plugin) => plugin.startsWith('cowboy-')),
    );
  } catch {
    return false;
  }
}
