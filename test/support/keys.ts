import { createHash } from 'node:crypto';

/** A key as the list `auth.keys` of a configuration file has it, named like its own text if nothing else is said. */
export function keyLine(key: string, scopes = 'admin', name = key): string {
  const hash = createHash('sha256').update(key).digest('hex');
  return `    - { name: ${name}, hash: "sha256:${hash}", scopes: [${scopes}] }\n`;
}
