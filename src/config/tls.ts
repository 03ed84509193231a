import { createSecureContext } from 'node:tls';
import { resolve } from 'node:path';
import { Secret } from '../adapters/channels/secret.js';
import { whyUnreadable } from './named-files.js';

/** A certificate and its key, both in PEM. */
export interface ConfiguredTls {
  /** The certificate, followed by the chain to one that clients know. */
  readonly certificate: string;
  readonly key: Secret;
}

interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
}

/**
 * Reads the files, and checks that they can be served.
 *
 * @returns undefined if none are configured, or the problem and its option
 */
export function readTls(
  { certificate, key }: { readonly [Name in keyof TlsFiles]: string | null },
  { cwd, readFile }: { readonly cwd: string; readonly readFile: (path: string) => string },
):
  | { readonly tls: ConfiguredTls | undefined }
  | { readonly option: keyof TlsFiles; readonly problem: string } {
  if (certificate === null && key === null) return { tls: undefined };
  if (certificate === null) return { option: 'certificate', problem: 'must be given with tls.key' };
  if (key === null) return { option: 'key', problem: 'must be given with tls.certificate' };
  const read = { certificate: '', key: '' };
  for (const [option, file] of [
    ['certificate', certificate],
    ['key', key],
  ] as const) {
    try {
      read[option] = readFile(resolve(cwd, file));
    } catch (error) {
      return { option, problem: `the file ${file} cannot be read: ${whyUnreadable(error)}` };
    }
  }
  try {
    createSecureContext({ cert: read.certificate });
  } catch {
    return { option: 'certificate', problem: `the file ${certificate} has no certificate in PEM` };
  }
  try {
    createSecureContext({ cert: read.certificate, key: read.key });
  } catch {
    return {
      option: 'key',
      problem: `the file ${key} has no private key for that certificate in PEM without a passphrase`,
    };
  }
  return { tls: { certificate: read.certificate, key: new Secret(read.key) } };
}
