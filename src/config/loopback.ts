/** Whether nobody but programs of this machine can reach an address. A name that has to be looked up is not known to be. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^(?:::ffff:)?127(?:\.\d{1,3}){3}$/i.test(host);
}
