import { expect } from 'chai';
import type { BaseNotifier, NotifyError } from '../../../src/ports/channel.js';
import { behave, HookServer, type Behaviour, type HookRequest } from '../../support/hook-server.js';
import { attempt, EVERY_KIND, FAILED, refusal } from './support.js';

/** The provider's documented rules for a request. Throws if one is broken. */
export type Demands = (request: HookRequest, body: Record<string, unknown>) => void;

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';

/** How a provider takes requests; by default JSON by `POST`. */
export interface Way {
  readonly method?: 'POST' | 'PUT';
  readonly type?: typeof JSON_TYPE | typeof FORM_TYPE;
  /** What it answers to what it accepts. */
  readonly answer?: Behaviour;
  /** How the error about a refusal begins. */
  readonly said?: string;
}

/** A server that accepts what a provider accepts, and answers 400 with the problem otherwise. */
export async function strictServer(
  demands: Demands,
  answer: Behaviour = behave.accept,
  { method = 'POST', type = JSON_TYPE }: Way = {},
): Promise<HookServer> {
  const server = await HookServer.start();
  server.behaviour = (response, request) => {
    try {
      expect(request.method).to.equal(method);
      expect(request.headers['content-type']).to.equal(type);
      demands(request, bodyOf(request));
    } catch (error) {
      response.writeHead(400).end(error instanceof Error ? error.message : String(error));
      return;
    }
    answer(response, request);
  };
  return server;
}

/** The fields of a body, in JSON or as a form. */
export function bodyOf({ headers, body }: HookRequest): Record<string, unknown> {
  if (headers['content-type'] === FORM_TYPE) return Object.fromEntries(new URLSearchParams(body));
  return JSON.parse(body) as Record<string, unknown>;
}

/** The promises of every channel over HTTP. */
export function keepsItsPromises(
  make: (url: string) => BaseNotifier,
  demands: Demands,
  hidden: readonly string[],
  way?: Way,
): void {
  let server: HookServer;
  let notifier: BaseNotifier;

  beforeEach(async () => {
    server = await strictServer(demands, way?.answer, way);
    notifier = make(server.url.replace('/hook', ''));
  });

  afterEach(async () => {
    await notifier.close();
    await server.stop();
  });

  it('keeps to the limits of the provider with every type of alert', async () => {
    for (const [index, alert] of EVERY_KIND.entries()) {
      await notifier.notify(alert, attempt());
      expect(server.requests, alert.type).to.have.length.greaterThan(index);
    }
  });

  it('is refused for good when the provider says that the request is wrong, and tried again when it is busy', async () => {
    const answered = async (status: number, headers: Record<string, string> = {}): Promise<NotifyError> => {
      server.behaviour = behave.status(status, headers, 'what it says');
      return refusal(notifier, FAILED);
    };
    for (const status of [400, 401, 403, 404]) {
      expect(await answered(status)).to.include({
        permanent: true,
        message: `${way?.said ?? ''}answered ${String(status)}: what it says`,
      });
    }
    for (const status of [429, 500, 503]) expect(await answered(status)).to.have.property('permanent', false);
    expect(await answered(429, { 'retry-after': '30' })).to.have.property('retryAfter', 30);
  });

  it('says no secret, though the provider does', async () => {
    server.behaviour = behave.status(400, {}, hidden.join(' '));
    const { message } = await refusal(notifier, FAILED);
    for (const secret of hidden) expect(message).to.not.include(secret);
  });
}
