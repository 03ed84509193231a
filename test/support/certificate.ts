import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

interface Pair {
  readonly certificate: string;
  readonly key: string;
}

export interface Certificate extends Pair {
  /** Where they are. */
  readonly files: Pair;
}

/** A self-signed certificate of 127.0.0.1, in `<name>.crt` and `<name>.key` of a directory. */
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
