import type { Socket } from 'node:net';
import { TLSSocket, type Server } from 'node:tls';

/** The authority by which the certificate of each client was judged. */
const judgedBy = new WeakMap<Socket, string>();

/** @param authority the one in force, in PEM */
export function noteAuthorities(server: Server, authority: () => string | undefined): void {
  server.on('secureConnection', (socket) => {
    const inForce = authority();
    if (inForce !== undefined) judgedBy.set(socket, inForce);
  });
}

/**
 * Whether a client has shown a certificate that this authority has signed. Node calls a resumed session of a client that
 * has shown none `authorized` in TLS 1.3; and a reload may bring another authority while the connection is open.
 */
export function isSignedBy(authority: string, socket: Socket): boolean {
  return (
    socket instanceof TLSSocket &&
    socket.authorized &&
    socket.getPeerX509Certificate() !== undefined &&
    judgedBy.get(socket) === authority
  );
}
