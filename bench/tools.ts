import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What the bench measures with and beside, and the Debian packages that have it. */
const PACKAGES = {
  wrk: ['wrk'],
  'redis-server': ['redis-server'],
  'redis-benchmark': ['redis-tools'],
  erl: ['erlang-base', 'erlang-mnesia', 'erlang-dev'],
  cowboy: ['rabbitmq-server'],
} as const;

export type Tool = keyof typeof PACKAGES;

/** Where Debian's rabbitmq-server keeps what it carries. */
const RABBITMQ = '/usr/lib/rabbitmq/lib';

export function installedTools(): ReadonlySet<Tool> {
  const tools = new Set<Tool>();
  for (const tool of allTools()) if (tool === 'cowboy' ? hasCowboy() : isOnPath(tool)) tools.add(tool);
  return tools;
}

/** What is missing and how to get it, in two lines; undefined when nothing is. */
export function missingText(installed: ReadonlySet<Tool>): string | undefined {
  const missing = allTools().filter((tool) => !installed.has(tool));
  if (missing.length === 0) return undefined;
  const packages = new Set(missing.flatMap((tool) => PACKAGES[tool]));
  return `not installed: ${missing.join(', ')}; what needs them is left out\nto get them: apt-get install ${[...packages].join(' ')}`;
}

function allTools(): Tool[] {
  return ['wrk', 'redis-server', 'redis-benchmark', 'erl', 'cowboy'];
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
