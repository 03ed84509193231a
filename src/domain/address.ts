/** Reads a host and a port, such as `db-1:5432` or `[::1]:5432`. @returns undefined if it is something else */
export function parseAddress(text: string): { readonly host: string; readonly port: number } | undefined {
  const [, bracketed, bare, digits] = /^(?:\[([^\]]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? bare;
  const port = Number(digits);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}
