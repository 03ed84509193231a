import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/** A coding in which an answer may go out (RFC 9110, 8.4.1). */
export type ContentCoding = 'br' | 'gzip';

/** Better than gzip in about the same time. The default, 11, takes a hundred times as long. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };

const brotlied = promisify(brotliCompress);
const gzipped = promisify(gzip);

/** Encodes in a thread of Node's pool. */
export function encode(coding: ContentCoding, bytes: Buffer): Promise<Buffer> {
  return coding === 'br' ? brotlied(bytes, BROTLI) : gzipped(bytes);
}

/** The best coding that the sender of this `Accept-Encoding` takes; undefined for none. */
export function codingFor(accepted: string | undefined): ContentCoding | undefined {
  if (accepted === undefined) return undefined;
  return (['br', 'gzip'] as const).find((coding) => isAccepted(coding, accepted));
}

/** Whether the sender of this `Accept-Encoding` takes the coding (RFC 9110, 12.5.3). */
export function isAccepted(coding: string, accepted = ''): boolean {
  const preferences = accepted
    .toLowerCase()
    .split(',')
    .map((part) => part.split(';').map((each) => each.trim()));
  const [, weight = 'q=1'] =
    preferences.find(([name]) => name === coding) ?? preferences.find(([name]) => name === '*') ?? [];
  const isNamed = preferences.some(([name]) => name === coding || name === '*');
  return isNamed && Number(weight.replace(/^q=/, '')) > 0;
}
