import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { expect } from 'chai';
import { ANYBODY, NOBODY, UNDECIDED, type Access } from '../../../src/domain/access.js';
import { createApi } from '../../../src/http/express-api.js';
import { AccessControl } from '../../../src/http/security/access-control.js';
import type { AuthOptions } from '../../../src/http/security/credentials.js';
import { Cors } from '../../../src/http/security/cors.js';
import { Exchanges } from '../../../src/http/server/exchanges.js';
import { EventStreams } from '../../../src/http/events/event-streams.js';
import { takeFastLane } from '../../../src/http/fast-lane.js';
import { listen } from '../../../src/http/server/listen.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { allRoutes } from '../../support/routes.js';
import { SimulatedClock } from '../../support/simulated-clock.js';
import { FakeDaemon } from '../support/fake-daemon.js';
import { NO_DESK } from '../support/no-desk.js';
import { authOf, keyRule } from './support.js';

const LIMITS = { body: 1024, batch: 10, page: 10 };

describe('the access of a request', () => {
  const clock = new SimulatedClock();
  const daemon = new FakeDaemon();
  const api = createApi(
    daemon,
    clock,
    LIMITS,
    () => {
      throw new TypeError('nobody may ask for this');
    },
    () => new Cors([]),
    new EventStreams(clock),
    () => undefined,
    () => undefined,
    () => ({
      badges: { signer: undefined, publicUrl: null },
      status: { pages: [], publicUrl: null },
      contract: { isPublic: false, publicUrl: null, localUrl: 'http://127.0.0.1:3519' },
    }),
    NO_DESK,
  );
  const exchanges = new Exchanges(
    { request_timeout: 30, unsent_answers: 1_000_000 },
    clock,
    new RecordingLogger(),
    {
      routes: api.routes,
      answerBegan: () => undefined,
      reset: () => undefined,
      addressOf: ({ socket }) => socket.remoteAddress,
    },
  );

  /** The name under which a request without a key is accepted; undefined if it is not. */
  function admitted(url: string, auth: AuthOptions | undefined, rate: number | null): Access | undefined {
    const request = Object.assign(new IncomingMessage(new Socket()), { method: 'GET', url });
    const exchange = exchanges.open(request, new ServerResponse(request));
    let access: Access | undefined;
    const accessControl = new AccessControl(daemon, clock, api.routes, (entered) => {
      ({ access } = entered);
    });
    accessControl.configure({ auth, limits: { rate_per_address: rate } });
    accessControl.admit(exchange);
    return access;
  }

  it("is 'nobody' for a probe where keys are configured, and never 'anybody'", () => {
    const auth = authOf(keyRule('app'));
    for (const probe of ['/healthz', '/readyz', '/readyz?x', 'http://x/healthz'])
      for (const rate of [null, 10]) expect(admitted(probe, auth, rate), probe).to.equal(NOBODY);
    expect(admitted('/checkup/5', auth, null)).to.equal(undefined);
  });

  it("is 'anybody' without configured keys", () => {
    for (const rate of [null, 10])
      for (const url of ['/healthz', '/checkup/5']) expect(admitted(url, undefined, rate)).to.equal(ANYBODY);
  });

  it('is undecided until a rule decides it, and an undecided request is refused', async () => {
    const server = createServer((request, response) => {
      const exchange = exchanges.open(request, response);
      expect(exchange.access).to.equal(UNDECIDED);
      if (!takeFastLane(daemon, LIMITS, exchange)) api.handle(exchange);
    });
    const url = await listen(server, 'http', '127.0.0.1', 0);
    try {
      for (const { method, path, needs } of allRoutes()) {
        if (needs === 'nothing') continue;
        const target = path.replaceAll(':user_id', '5').replaceAll(/:\w+/g, 'x');
        const { status } = await fetch(url + target, { method });
        expect(status, `${method} ${target}`).to.equal(403);
      }
      const batch = await fetch(`${url}/heal`, { method: 'POST', body: '[1]' });
      expect(batch.status).to.equal(403);
      expect(daemon.asked).to.be.empty;
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
});
