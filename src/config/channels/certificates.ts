import { X509Certificate } from 'node:crypto';
import type { ChannelKind } from '../../adapters/channels/kind.js';
import { whyUnreadable } from '../named-files.js';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Reads the certificate authorities that a channel trusts instead of the usual ones.
 *
 * @param path undefined for the usual ones
 * @param kind undefined for a custom module, which makes its own connections
 */
export function readCertificates(
  path: string | undefined,
  kind: Pick<ChannelKind, 'encrypts'> | undefined,
  readFile: (path: string) => string,
): { readonly ca?: string; readonly problem?: string } {
  if (path === undefined) return {};
  if (kind?.encrypts !== true) return { problem: 'is not supported by this kind of channel: remove it' };
  let text;
  try {
    text = readFile(path);
  } catch (error) {
    return { problem: `the file ${path} cannot be read: ${whyUnreadable(error)}` };
  }
  const certificates = text.match(CERTIFICATE) ?? [];
  if (certificates.length === 0) return { problem: `must have certificates in PEM, but ${path} has none` };
  try {
    for (const each of certificates) new X509Certificate(each);
  } catch {
    return { problem: `must have certificates in PEM, but one in ${path} cannot be read` };
  }
  return { ca: certificates.join('\n') };
}
