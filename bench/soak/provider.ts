import { behave, HookServer, type Behaviour } from '../../test/support/hook-server.js';
import type { SeededRandom } from '../../test/support/seeded-random.js';

/** A node of a message, by its name. */
const NODE = /"(victim-\d+)"/g;
const TYPE = /"type":"([a-z_.]+)"/;
/** How a provider is away. */
const AWAY: readonly Behaviour[] = [behave.status(503), behave.reset, behave.hang, behave.status(500)];
/** What probes ask for: it is never away. */
const PROBED = '/probed';

/** A provider of alerts on the loopback interface, and what it has accepted. */
export class Provider {
  /** `node.failed victim-7` and the like. */
  readonly accepted = new Set<string>();
  readonly #server: HookServer;
  #away: Behaviour | undefined;

  private constructor(server: HookServer) {
    this.#server = server;
    server.behaviour = (response, request) => {
      // They would pile up over a day.
      server.requests.length = 0;
      if (request.path === PROBED) behave.accept(response);
      else if (this.#away !== undefined) this.#away(response, request);
      else {
        this.#accept(request.body);
        behave.accept(response);
      }
    };
  }

  static async start(): Promise<Provider> {
    return new Provider(await HookServer.start());
  }

  get url(): string {
    return this.#server.url;
  }

  get probed(): string {
    return new URL(PROBED, this.#server.url).href;
  }

  leave(random: SeededRandom): void {
    this.#away = AWAY[Math.floor(random.next() * AWAY.length)];
  }

  comeBack(): void {
    this.#away = undefined;
  }

  async close(): Promise<void> {
    await this.#server.stop();
  }

  #accept(body: string): void {
    const type = TYPE.exec(body)?.[1] ?? '';
    for (const [, node = ''] of body.matchAll(NODE)) this.accepted.add(`${type} ${node}`);
  }
}
