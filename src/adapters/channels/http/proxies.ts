/** Through which proxies HTTP calls go out, as the environment says. */
export interface Proxies {
  /** The URL of the one for `http:`, or ''. */
  readonly http: string;
  /** The same for `https:`; where there is none, the other one is asked. */
  readonly https: string;
  /** What is connected to directly: names with their subdomains, addresses, each with a port if need be. */
  readonly except: string;
}

const VARIABLES = { http: 'HTTP_PROXY', https: 'HTTPS_PROXY', except: 'NO_PROXY' } as const;

/** What the usual variables say. The small spelling comes first, as it does for curl. */
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
    // It may hold a password, so that it is not shown.
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
