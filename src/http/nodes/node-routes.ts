import type { Access } from '../../domain/access.js';
import { inTheNameOf } from '../input/in-the-name-of.js';
import type { IncomingMessage } from 'node:http';
import type { Request } from 'express';
import type { NodeReply, NodeRequest } from '../../../actors/node/node.protocol.js';
import type { Daemon } from '../../app/api/daemon.js';
import { causesOf, changeDependencies } from '../../app/dependencies.js';
import { parseNodeName, type NodeName } from '../../domain/node-name.js';
import { settingsTag } from '../../domain/settings-tag.js';
import type { Instant } from '../../domain/time.js';
import type { Clock } from '../../ports/clock.js';
import { Slices } from '../../runtime/slices.js';
import { parseAcknowledgement } from '../../views/acknowledgement.js';
import type { BodyProblem } from '../../views/body-problems.js';
import { forbidden } from '../../views/messages.js';
import { settingsReader } from '../../views/node-settings.js';
import { nodeViewWithCause, uptimeView } from '../../views/node-view.js';
import { parsePause } from '../../views/pause.js';
import { probeResultView } from '../../views/probe.js';
import type { GatewayLimits } from '../gateway-options.js';
import { answerAccepted, Batch, type BatchLimits, type BatchOf } from '../input/batch.js';
import { readParsed, refuseBody } from '../input/json-body.js';
import type { Methods, Resources } from '../resources.js';
import type { Exchange } from '../server/exchange.js';
import { readReport } from './failure-report.js';
import { addNodeHistory } from './node-history-routes.js';
import { answerList, pingUuidFor } from './node-lists.js';
import { parseRange } from './node-query.js';
import { ABOUT, answerNode, answerOther, conditional, known, named, READ } from './node-request.js';

/** Characters of a name in a batch: each byte may be written as `\u00ff`. */
const LONGEST_NAME = 6 * 255;
/** All calls about nodes. */
export function addNodes(
  resources: Resources,
  daemon: Daemon,
  clock: Pick<Clock, 'now' | 'soon' | 'wall'>,
  limits: Pick<GatewayLimits, 'batch' | 'body' | 'page'>,
): void {
  const read = settingsReader(() => daemon.alerts.channels);
  const slices = new Slices(clock);
  const node: Methods = {
    get: { ...READ, handle: named((exchange, name) => get(daemon, clock, exchange, name)) },
    put: {
      ...ABOUT,
      body: 'json',
      handle: named((exchange, name, request) => put(daemon, exchange, name, request, limits.body, read)),
    },
    delete: { ...ABOUT, handle: named((exchange, name) => forget(daemon, exchange, name)) },
  };
  const withoutBody = (kind: 'resume' | 'unacknowledge' | 'renew_ping_uuid') => ({
    ...ABOUT,
    handle: named((exchange, name) => {
      answerNode(daemon, exchange, name, { kind });
    }),
  });
  const withBody = <Read extends object>(
    parse: (
      body: unknown,
      now: Instant,
      access: Access,
    ) => Read | { readonly problems: readonly BodyProblem[] },
    requestOf: (read: Read) => NodeRequest,
  ) => ({
    ...ABOUT,
    body: 'json' as const,
    handle: named((exchange, name, request) => {
      const parseNow = (body: unknown) => parse(body, clock.wall(), exchange.access);
      readParsed(exchange, request, limits.body, parseNow, (read) => {
        answerNode(daemon, exchange, name, requestOf(read));
      });
    }),
  });
  const beat = {
    ...ABOUT,
    needs: 'heal',
    handle: named((exchange, name) => heartbeat(daemon, exchange, name)),
  } as const;
  resources
    // The path without a name.
    .add('/nodes', {
      ...node,
      get: { large: 'state', handle: (exchange) => answerList(daemon, slices, exchange, limits.page) },
    })
    // Before the others, since a node may have this name: POST is the only method that no node has.
    .add('/nodes/heartbeats', {
      ...node,
      post: {
        needs: 'heal',
        body: 'batch',
        handle: (exchange, request) => heartbeatBatch(daemon, limits, exchange, request),
      },
    })
    .add('/nodes/:name', node)
    // Some clients can only POST.
    .add('/nodes/:name/heartbeat', { put: beat, post: beat })
    .add('/nodes/:name/fail', {
      post: {
        ...ABOUT,
        needs: 'heal',
        body: 'json',
        handle: named((exchange, name, request) => fail(daemon, exchange, name, request, limits.body)),
      },
    })
    .add('/nodes/:name/pause', { post: withBody(parsePause, (read) => ({ kind: 'pause', ...read })) })
    .add('/nodes/:name/resume', { post: withoutBody('resume') })
    .add('/nodes/:name/ping_uuid', { post: withoutBody('renew_ping_uuid') })
    .add('/nodes/:name/acknowledge', {
      post: withBody(
        (body, now, access) => parseAcknowledgement(inTheNameOf(access, body), now),
        (read) => ({ kind: 'acknowledge', ...read }),
      ),
      delete: withoutBody('unacknowledge'),
    });
  addNodeHistory(resources, daemon, clock, limits);
}

function heartbeat({ nodes }: Daemon, exchange: Exchange, name: NodeName): void {
  const answered = (reply: NodeReply): void => {
    if (reply.kind === 'active') exchange.json(200, { name, state: 'active' });
    else answerOther(exchange, 'heartbeat', reply);
  };
  nodes.ask(name, conditional(exchange, { kind: 'heartbeat' }), answered, exchange.access.nodeQuota);
}

/** `POST /nodes/heartbeats`: answered once every node that it registered, and every recovery, is on disk. */
export function heartbeatBatch(
  daemon: Daemon,
  limits: BatchLimits,
  exchange: Exchange,
  request: IncomingMessage,
): void {
  const nodes: BatchOf<NodeName, NodeReply> = {
    // In an array, a value without quotes is not a string.
    parse: (value, written) => (written === 'bare' ? undefined : parseNodeName(value)),
    invalid: 'HEARTBEAT_INVALID_NODE_NAME',
    longest: LONGEST_NAME,
    forbidden: (name) => (exchange.access.mayTouchNode(name) ? undefined : forbidden.node(exchange.access)),
    ask: (names, answered) => daemon.nodes.heartbeats(names, answered, exchange.access.nodeQuota),
  };
  new Batch(nodes, exchange, limits, (outcome) => answerAccepted(exchange, outcome)).read(request);
}

function fail(daemon: Daemon, exchange: Exchange, name: NodeName, request: Request, limit: number): void {
  exchange.audit();
  readReport(exchange, request, limit, (reason) =>
    answerNode(daemon, exchange, name, { kind: 'fail', reason }),
  );
}

function put(
  daemon: Daemon,
  exchange: Exchange,
  name: NodeName,
  request: Request,
  limit: number,
  read: ReturnType<typeof settingsReader>,
): void {
  readParsed(exchange, request, limit, read, ({ change }) => {
    const dependsOn = change.dependsOn ?? [];
    const make = (made?: () => void): void => {
      answerNode(daemon, exchange, name, { kind: 'put', change }, made);
    };
    if (dependsOn.length === 0) make();
    else {
      changeDependencies(daemon.nodes, name, dependsOn, exchange.access, () => new Promise<void>(make))
        .then((outcome) => {
          if ('problem' in outcome) refuseBody(exchange, [outcome.problem]);
        })
        .catch((error: unknown) => {
          exchange.fail(error);
        });
    }
  });
}

async function get(
  { nodes, silences, pings, probes }: Daemon,
  clock: Pick<Clock, 'wall'>,
  exchange: Exchange,
  name: NodeName,
): Promise<void> {
  const range = parseRange(exchange.request.url ?? '', clock.wall());
  const node = await known(exchange, nodes, name);
  if (node === undefined) return;
  const causes = await causesOf(nodes, [node], exchange.access);
  const [last] = node.probe === undefined ? [] : probes.resultsOf(name);
  const shown = {
    ...nodeViewWithCause(node, causes.get(name), silences),
    settings_tag: settingsTag(node.settings),
    ...(last !== undefined && { last_probe: probeResultView(last) }),
    ...pingUuidFor(exchange, pings, node),
  };
  if (range === undefined) {
    exchange.json(200, shown);
    return;
  }
  const { from, to, uptime } = await nodes.uptime(node, range);
  exchange.json(200, { ...shown, uptime: uptimeView(from, to, uptime) });
}

function forget({ nodes }: Daemon, exchange: Exchange, name: NodeName): void {
  nodes.ask(name, conditional(exchange, { kind: 'forget' }), (reply) => {
    if (reply.kind === 'forgotten') exchange.answer(204, [], '');
    else answerOther(exchange, 'forget', reply);
  });
}
