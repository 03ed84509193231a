import { execFileSync } from 'node:child_process';
import path from 'node:path';
import type { Certificate } from './smtp-process.js';

/** Makes a certificate for `localhost` and 127.0.0.1 that nobody else has signed. */
export function selfSigned(directory: string): Certificate {
  const [certificate, key] = [path.join(directory, 'certificate.pem'), path.join(directory, 'key.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      key,
      '-out',
      certificate,
      '-days',
      '2',
      ...subject,
    ],
    { stdio: 'ignore' },
  );
  return { certificate, key };
}
