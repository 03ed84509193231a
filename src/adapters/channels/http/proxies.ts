/** The proxies for outgoing HTTP calls, from the environment. */
export interface Proxies {
  /** The proxy's URL for `http:`, or ''. */
  readonly http: string;
  /** The same for `https:`; without one, the other is used. */
  readonly https: string;
  /** Direct connections: names with their subdomains, and addresses, optionally with a port. */
  readonly except: string;
}

const VARIABLES = { http: 'HTTP_PROXY', https: 'HTTPS_PROXY', except: 'NO_PROXY' } as const;

/** Reads the usual variables. Lower case comes first, as in curl. */
export function readProxies(
  env: Readonly<Record<string, string | undefined>>,
): { readonly proxies: Proxies } | { readonly problems: readonly string[] } {
  const read = (name: string): string => (env[name.toLowerCase()] ?? env[name] ?? '').trim();
  const problems: string[] = [];
  const proxy = (name: string): string => {
    const text = read(name);
    if (text === '') return '';
    const url = text.includes('://') ? text : `http://${text}`;
    const isProxy = URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
    // It may contain a password, so it is not shown.
    if (!isProxy)
      problems.push(`${name}: must be the URL of an HTTP proxy, such as http://proxy.example:3128`);
    return url;
  };
  const proxies = {
    http: proxy(VARIABLES.http),
    https: proxy(VARIABLES.https),
    except: read(VARIABLES.except),
  };
  return problems.length > 0 ? { problems } : { proxies };
}
