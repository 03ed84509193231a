import type { Seconds } from '../domain/time.js';
import type { NodeQuota } from '../domain/access.js';
import type { StatusPage } from '../domain/status-page.js';
import type { BadgeSigner } from '../ports/badge-signer.js';
import type { IdentityProvider } from '../ports/identity-provider.js';
import type { LinkSigner } from '../ports/link-signer.js';
import type { HostRules } from './security/allowed-hosts.js';
import type { AuthOptions } from './security/credentials.js';
import type { SocketLimits } from './sockets/socket-limits.js';

/** The part of the configuration that the gateway needs. Durations in seconds, sizes in bytes. */
export interface GatewayOptions {
  /** A name, an address, or `unix:` and the path of a socket. */
  readonly host: string;
  /** Access mode of a Unix socket, in octal digits; default 600. */
  readonly unix_socket_mode?: string;
  /** Names that the daemon answers to without keys, besides loopback names and `host`; `*` for any; default none. */
  readonly allowed_hosts?: readonly string[] | null | undefined;
  /** Where people reach the daemon; undefined or null: not said. */
  readonly public_url?: string | null | undefined;
  readonly sign_in: {
    /** How long a sign-in lasts. */
    readonly lifetime: Seconds;
  };
  /** Networks of proxies whose `X-Forwarded-For` says whose a request is; default none. */
  readonly trusted_proxies?: readonly string[] | null | undefined;
  /** 0 picks a free port. */
  readonly port: number;
  /** How long a user stays online after a heal. */
  readonly session_timeout: Seconds;
  /** How long an idle connection stays open. */
  readonly keep_alive_timeout: Seconds;
  /** Whether heal and checkup may bypass Express; default true. The answers are the same. */
  readonly fast_lane?: boolean;
  readonly limits: GatewayLimits;
  /** Knows the signed links in messages; undefined: there are none. */
  readonly links?: LinkSigner | undefined;
  /** Signs the addresses of badges; undefined: they have no signature. */
  readonly badges?: BadgeSigner | undefined;
  /** Pages for the public; undefined: there are none. */
  readonly statusPages?: readonly StatusPage[] | undefined;
  readonly docs?:
    | {
        /** Whether the page of the API needs no key. */
        readonly public: boolean;
      }
    | undefined;
  /** Where people sign in besides; undefined: nowhere. */
  readonly identityProvider?: IdentityProvider | undefined;
  /** Undefined: everybody may do everything. */
  readonly auth?: AuthOptions | undefined;
  /** Undefined: plain HTTP. */
  readonly tls?: TlsOptions | undefined;
  readonly cors?:
    | {
        /** Origins of pages that may call the API, as browsers write them: `https://app.example.org`; `*` for all. */
        readonly origins: readonly string[] | null;
      }
    | undefined;
}

/** In PEM. */
interface TlsOptions {
  readonly certificate: string;
  readonly key: { reveal(): string };
}

export interface GatewayLimits extends SocketLimits {
  /** Largest body of a request. */
  readonly body: number;
  /** Largest head of a request. */
  readonly headers: number;
  /** Connections open at once. */
  readonly connections: number;
  /** Requests being answered at once. */
  readonly in_flight: number;
  /** Requests that one connection may have handled in one pass of the event loop. */
  readonly requests_per_pass: number;
  /** How long one pass of the event loop may take in requests. */
  readonly pass: number;
  /** Bytes of large answers that wait for their clients, before further ones are refused. */
  readonly unsent_answers: number;
  /** How long a request may wait for its answer, and an answer for a client that does not read it. */
  readonly request_timeout: Seconds;
  /** How long a client may take to send the head of a request. */
  readonly headers_timeout: Seconds;
  /** Requests a second of one key, or one user with a token; not limited if not given. */
  readonly rate_per_key?: number | null;
  /** Requests a second of one address. */
  readonly rate_per_address?: number | null;
  /** Ids in a batch, and devices that one socket keeps online. */
  readonly batch: number;
  /** Maximum `limit` of a page. */
  readonly page: number;
}

/** Keys with a quota of nodes. */
export function quotasIn({ auth }: GatewayOptions): readonly NodeQuota[] {
  return (auth?.keys ?? []).flatMap(({ name, maxNodes }) =>
    maxNodes === undefined ? [] : [{ key: name, nodes: maxNodes }],
  );
}

/** With keys no name is checked, since a rebound page has no key. */
export function hostRulesOf({
  auth,
  host,
  allowed_hosts,
  public_url,
}: GatewayOptions): HostRules | undefined {
  if (auth !== undefined) return undefined;
  const own = typeof public_url === 'string' ? [new URL(public_url).hostname] : [];
  return { host, allowed: [...(allowed_hosts ?? []), ...own] };
}
