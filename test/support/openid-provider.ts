import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

/** A person at the provider. */
interface Account {
  readonly name?: string;
  readonly groups?: readonly string[];
}

export const CLIENT = { id: 'heartbeat', secret: 'the secret of the client at the provider' } as const;

/** A real provider of OpenID Connect, at which whoever is named signs in without being asked. */
export class OpenIdServer {
  readonly accounts = new Map<string, Account>();
  /** Who signs in next. */
  person = 'ann';
  /** If set, nobody may sign in. */
  refuses = false;
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server, url: string) {
    this.#server = server;
    this.url = url;
  }

  /** @param callback where browsers are sent back to */
  static async start(callback: string, at = 0): Promise<OpenIdServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(at, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const started = new OpenIdServer(server, `http://127.0.0.1:${String(port)}`);
    started.#serve(callback);
    return started;
  }

  #serve(callback: string): void {
    const provider = new Provider(this.url, {
      clients: [
        {
          client_id: CLIENT.id,
          client_secret: CLIENT.secret,
          redirect_uris: [callback],
          response_types: ['code'],
          grant_types: ['authorization_code'],
        },
      ],
      claims: { openid: ['sub'], profile: ['preferred_username', 'groups'] },
      features: { devInteractions: { enabled: false } },
      cookies: { keys: ['a key of the tests'] },
      pkce: { required: () => true },
      findAccount: (_context, sub) => {
        const account = this.accounts.get(sub);
        return {
          accountId: sub,
          claims: () => ({
            sub,
            ...(account?.name !== undefined && { preferred_username: account.name }),
            ...(account?.groups !== undefined && { groups: [...account.groups] }),
          }),
        };
      },
      interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    });
    const handle = provider.callback();
    this.#server.on('request', (request, response) => {
      if (request.url?.startsWith('/interaction/') === true)
        this.#interact(provider, request, response).catch(() => response.destroy());
      else void handle(request, response);
    });
  }

  /** What its pages would ask for. */
  async #interact(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { prompt, params, session } = await provider.interactionDetails(request, response);
    if (this.refuses) {
      const refusal = { error: 'access_denied', error_description: '<script>alert(1)</script>' };
      await provider.interactionFinished(request, response, refusal);
    } else if (prompt.name === 'login') {
      await provider.interactionFinished(request, response, { login: { accountId: this.person } });
    } else {
      const grant = new provider.Grant({
        accountId: session?.accountId ?? '',
        clientId: String(params['client_id']),
      });
      grant.addOIDCScope('openid profile');
      const consent = { grantId: await grant.save() };
      await provider.interactionFinished(request, response, { consent }, { mergeWithLastSubmission: true });
    }
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** A browser without pages: follows redirects of the provider, with its cookies, up to another host. */
export class Redirects {
  readonly #cookies = new Map<string, string>();

  /** @returns where the provider sends the browser at last */
  async follow(from: string): Promise<string> {
    const { origin } = new URL(from);
    let at = from;
    for (let hops = 0; new URL(at).origin === origin; hops++) {
      if (hops > 20) throw new Error(`no end of redirects: ${at}`);
      const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const answer = await fetch(at, { redirect: 'manual', headers: { cookie } });
      for (const set of answer.headers.getSetCookie()) {
        const [pair = ''] = set.split(';');
        this.#cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
      }
      const location = answer.headers.get('location');
      if (location === null) throw new Error(`${at}: ${String(answer.status)} ${await answer.text()}`);
      at = new URL(location, at).href;
    }
    return at;
  }
}
