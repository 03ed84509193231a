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
