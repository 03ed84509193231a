import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

interface Pair {
  readonly certificate: string;
  readonly key: string;
}

export interface Certificate extends Pair {
  /** Their paths. */
  readonly files: Pair;
}

/** A self-signed certificate for 127.0.0.1, in `<name>.crt` and `<name>.key` of a directory. */
export function makeCertificate(directory: string, name: string): Certificate {
  const files = {
    certificate: path.join(directory, `${name}.crt`),
    key: path.join(directory, `${name}.key`),
  };
  execFileSync(
    'openssl',
    [
      ...[
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
      ],
      ...['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'],
      ...['-out', files.certificate, '-keyout', files.key],
    ],
    { stdio: 'ignore' },
  );
  return {
    certificate: readFileSync(files.certificate, 'utf8'),
    key: readFileSync(files.key, 'utf8'),
    files,
  };
}

/** A private authority, and a certificate for 127.0.0.1 signed by it. @param algorithm in OpenSSL's words */
export function makeSignedCertificate(
  directory: string,
  algorithm = 'ec',
): Certificate & { readonly authority: string } {
  const at = (file: string) => path.join(directory, file);
  const curve = algorithm === 'ec' ? ['-pkeyopt', 'ec_paramgen_curve:prime256v1'] : [];
  const key = ['-newkey', algorithm, ...curve, '-nodes'];
  const openssl = (...given: string[]) => execFileSync('openssl', given, { stdio: 'ignore' });
  openssl(
    'req',
    '-x509',
    ...key,
    '-days',
    '2',
    '-subj',
    '/CN=a private authority',
    '-out',
    at('ca.crt'),
    '-keyout',
    at('ca.key'),
  );
  openssl('req', ...key, '-subj', '/CN=server', '-out', at('server.csr'), '-keyout', at('server.key'));
  writeFileSync(at('server.ext'), 'subjectAltName=IP:127.0.0.1\n');
  const signing = ['-CA', at('ca.crt'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '2'];
  openssl(
    'x509',
    '-req',
    '-in',
    at('server.csr'),
    ...signing,
    '-extfile',
    at('server.ext'),
    '-out',
    at('server.crt'),
  );
  const files = { certificate: at('server.crt'), key: at('server.key') };
  return {
    authority: readFileSync(at('ca.crt'), 'utf8'),
    certificate: readFileSync(files.certificate, 'utf8'),
    key: readFileSync(files.key, 'utf8'),
    files,
  };
}
