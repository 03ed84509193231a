import { once } from 'node:events';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectByTls } from 'node:tls';
import { parseAddress } from '../domain/address.js';
import type { TcpProbe, TlsProbe } from '../domain/probe.js';
import { noteCertificate, problemOfCertificate } from './certificate.js';
import type { ProbeRun } from './probe-run.js';

/** @returns undefined: it passed, since it has accepted a connection */
export async function probeTcp({ tcp }: TcpProbe, run: ProbeRun): Promise<undefined> {
  const { host, port } = addressIn(tcp, run);
  await during(connect({ host, port, lookup: run.lookup }), 'connect', run);
}

/** @returns why it failed; undefined if it passed */
export async function probeTls({ tls, expect = {} }: TlsProbe, run: ProbeRun): Promise<string | undefined> {
  const { host, port } = addressIn(tls, run);
  const named = isIP(host) === 0 && { servername: host };
  const socket = connectByTls({ host, port, lookup: run.lookup, ...run.trust, ...named });
  await during(socket, 'secureConnect', run, () => {
    noteCertificate(socket, run);
  });
  return problemOfCertificate(expect.certificate_days, run);
}

/** @throws Error if it is no address, or it must not connect there */
function addressIn(text: string, run: ProbeRun): { readonly host: string; readonly port: number } {
  const address = parseAddress(text);
  if (address === undefined)
    throw new TypeError(`${text} is no address: give a host and a port, as db-1:5432`);
  run.expectPermitted(address.host);
  run.begin();
  return address;
}

/** Waits for an event of a socket, and ends it. */
async function during(
  socket: Socket,
  event: string,
  run: ProbeRun,
  then = (): void => undefined,
): Promise<void> {
  run.follow(socket);
  try {
    await once(socket, event, { signal: run.signal });
    then();
  } finally {
    // Errors after the end do not matter.
    socket.on('error', () => undefined).destroy();
  }
}
