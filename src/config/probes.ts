import { resolve } from 'node:path';
import type { ProbeLimits } from '../ports/prober.js';
import { readCertificates } from './channels/certificates.js';

interface ProbeOptions extends Pick<ProbeLimits, 'allow' | 'concurrency'> {
  readonly ca_file: string | null;
}

/** What limits probes, with the certificates of the file. @returns a problem with the file, if there is one */
export function readProbes(
  { allow, concurrency, ca_file: file }: ProbeOptions,
  { cwd, readFile }: { readonly cwd: string; readonly readFile: (path: string) => string },
): { readonly limits: ProbeLimits } | { readonly problem: string } {
  if (file === null) return { limits: { allow, concurrency } };
  const { ca, problem } = readCertificates(resolve(cwd, file), { encrypts: true }, readFile);
  return problem === undefined ? { limits: { allow, concurrency, ca } } : { problem };
}
