import { connect } from 'node:net';

/** @returns undefined if it is not an address with a port */
export function parseAddress(text: string): { readonly host: string; readonly port: number } | undefined {
  const [, bracketed, bare, digits] = /^(?:\[([^\]]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? bare;
  const port = Number(digits);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}

export async function probeTcp(address: string, signal: AbortSignal): Promise<string | undefined> {
  const where = parseAddress(address);
  if (where === undefined)
    throw new TypeError(`${address} is no address: give a host and a port, as db-1:5432`);
  const socket = connect({ ...where, signal });
  try {
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return undefined;
  } finally {
    // Errors after the end do not matter.
    socket.on('error', () => undefined).destroy();
  }
}
