import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { CONFIG_VARIABLE, isServiceLink, type Environment } from '../../config/client-variables.js';
import { DEFAULT_HOST, DEFAULT_PORT } from '../../config/listening-defaults.js';
import { whyUnreadable } from '../../config/named-files.js';
import { isRecord } from '../../domain/is-record.js';
import type { Listening } from './daemon-url.js';

/** The configuration cannot be read. `heartbeat config` says what is wrong with it. */
export class UnreadableConfiguration extends Error {
  override readonly name = 'UnreadableConfiguration';
}

const PORT = /^\d{1,5}$/;

/**
 * Where the daemon of this environment listens: what `loadConfig` says of it, at a tenth of the cost. Only these three
 * options are read, and none is checked: a daemon with a wrong configuration does not run.
 *
 * @param file in place of the one that the environment names
 * @throws UnreadableConfiguration
 */
export async function configuredAddress(env: Environment, file = env[CONFIG_VARIABLE]): Promise<Listening> {
  const written = file === undefined ? {} : await optionsIn(file);
  const port = ofEnvironment(env, 'HEARTBEAT_PORT') ?? written.port;
  const host = ofEnvironment(env, 'HEARTBEAT_HOST') ?? written.host;
  const certificate = ofEnvironment(env, 'HEARTBEAT_TLS_CERTIFICATE') ?? written.certificate ?? 'off';
  return {
    host: host ?? DEFAULT_HOST,
    port: port === undefined || !PORT.test(port) ? DEFAULT_PORT : Number(port),
    isTls: certificate !== 'off',
  };
}

function ofEnvironment(env: Environment, name: string): string | undefined {
  const value = env[name];
  return value === undefined || isServiceLink(name, value) ? undefined : value;
}

interface Written {
  readonly port?: string | undefined;
  readonly host?: string | undefined;
  readonly certificate?: string | undefined;
}

async function optionsIn(file: string): Promise<Written> {
  let root: unknown;
  try {
    const text = await readFile(path.resolve(file), 'utf8');
    const { parseYaml } = await import('./yaml-text.js');
    root = parseYaml(text);
  } catch (cause) {
    throw new UnreadableConfiguration(`${file}: cannot be read: ${whyUnreadable(cause)}`, { cause });
  }
  return {
    port: textIn(root, 'port'),
    host: textIn(root, 'host'),
    certificate: textIn(isRecord(root) ? root['tls'] : undefined, 'certificate'),
  };
}

function textIn(map: unknown, name: string): string | undefined {
  const value = isRecord(map) ? map[name] : undefined;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}
