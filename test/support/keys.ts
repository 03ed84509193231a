import { createHash } from 'node:crypto';

/** An entry of `auth.keys` in a configuration file. By default its name is the key itself. */
export function keyLine(key: string, scopes = 'admin', name = key): string {
  const hash = createHash('sha256').update(key).digest('hex');
  return `    - { name: ${name}, hash: "sha256:${hash}", scopes: [${scopes}] }\n`;
}
