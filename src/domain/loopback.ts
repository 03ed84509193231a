import { unixPathOf } from './unix-address.js';

/** Whether only programs on this machine can reach the address. False for names that need a lookup. */
export function isLoopback(host: string): boolean {
  return (
    host === 'localhost' ||
    host === '::1' ||
    /^(?:::ffff:)?127(?:\.\d{1,3}){3}$/i.test(host) ||
    unixPathOf(host) !== undefined
  );
}

/** An IPv6 address as it is outside of URLs. */
export function withoutBrackets(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}

/** Whether nobody can read on the way what is sent to the URL: by TLS, or because it stays on this machine. */
export function isPrivateUrl({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(withoutBrackets(hostname)));
}
