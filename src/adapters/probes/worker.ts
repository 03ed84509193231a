/** Runs probes in a thread of their own, where TLS handshakes delay no heal. */
import { createSecureContext, rootCertificates } from 'node:tls';
import { parentPort } from 'node:worker_threads';
import type { ProbeLimits } from '../../ports/prober.js';
import type { Network } from '../../probes/probe-run.js';
import { ProbeRunner } from '../../probes/probe-runner.js';
import { DnsResolver } from '../channels/http/dns-resolver.js';
import { guardedLookup } from '../channels/http/guarded-lookup.js';
import { PUBLIC, SsrfGuard } from '../channels/http/ssrf-guard.js';
import { SystemClock } from '../clock/system-clock.js';
import type { FromThread, ToThread } from './messages.js';

/** How long a name server may take. */
const RESOLVING = 5000;

const port = parentPort;
if (port === null) throw new TypeError('to be run as a worker');
const say = (message: FromThread): void => {
  port.postMessage(message);
};

const runner = new ProbeRunner({
  clock: new SystemClock(),
  network,
  report: (report) => {
    say({ kind: 'report', report });
  },
});

port.on('message', (message: ToThread) => {
  switch (message.kind) {
    case 'limit':
      runner.limit(message.limits);
      return;
    case 'change':
      runner.change(message.changes);
      return;
    case 'ask':
      say({ kind: 'answer' });
      return;
  }
});

function network({ allow, ca }: ProbeLimits): Network {
  const guard = new SsrfGuard(
    allow.filter((each) => each !== PUBLIC),
    allow.includes(PUBLIC) ? 'public' : 'none',
  );
  return {
    lookup: guardedLookup(new DnsResolver({ timeout: RESOLVING }), guard, 'probes.allow'),
    permits: (address) => guard.permits(address),
    // One for all: making one takes time.
    secureContext: createSecureContext(ca === undefined ? {} : { ca: [...rootCertificates, ca] }),
  };
}
