import type { DescribedNode, NodeReply } from '../../../actors/node/node.protocol.js';
import type { NodesApi } from '../../app/api/nodes-api.js';
import { BADGE_DAYS, type BadgeKind, type BadgeShow } from '../../domain/badge.js';
import type { NodeState } from '../../domain/node.js';
import type { Label } from '../../domain/label.js';
import { parseNodeName, type NodeName } from '../../domain/node-name.js';
import { instant, type Millis } from '../../domain/time.js';
import { ratioOf, type Uptime } from '../../domain/uptime.js';
import { HeartbeatError } from '../../errors.js';
import type { Clock } from '../../ports/clock.js';
import { readLabel } from '../nodes/node-query.js';

/** What a badge says. */
export interface BadgeFacts {
  readonly message: string;
  /** As in CSS, dark enough for white text. The message says the same in words. */
  readonly color: string;
  readonly isFailure: boolean;
}

const COLORS = { good: '#1a7f37', fair: '#8a6100', bad: '#c11c28', none: '#57606a' };
const STATE_COLORS: Readonly<Record<NodeState, string>> = {
  active: COLORS.good,
  inactive: COLORS.fair,
  failed: COLORS.bad,
};
const GOOD = 0.999;
const FAIR = 0.99;
const DAY: Millis = 86_400_000;
/** How long a badge shows the same. Pages that many people read ask often, and an uptime of 90 days takes time. */
const FRESH: Millis = 30_000;
/** The most badges that are remembered. */
const REMEMBERED = 1000;
const PAGE = 1000;

interface Remembered {
  readonly until: Millis;
  readonly facts: Promise<BadgeFacts | undefined>;
}

type Nodes = Pick<NodesApi, 'ask' | 'list' | 'uptime' | 'uptimeReportOf'>;

/** Finds what badges say, each at most once in 30 s. */
export class BadgeReader {
  readonly #nodes: Nodes;
  readonly #clock: Pick<Clock, 'now' | 'wall'>;
  readonly #remembered = new Map<string, Remembered>();

  constructor(nodes: Nodes, clock: Pick<Clock, 'now' | 'wall'>) {
    this.#nodes = nodes;
    this.#clock = clock;
  }

  /**
   * @param subject the name of a node, or a label as `key:value`; a node goes before a label that reads the same
   * @param permitted what it may be
   * @returns undefined if there is no such node, and none with the label
   * @throws HeartbeatError if the store cannot be read, or too many nodes have the label
   */
  async read(
    subject: string,
    show: BadgeShow,
    permitted: readonly BadgeKind[],
  ): Promise<BadgeFacts | undefined> {
    if (permitted.length === 0) return undefined;
    const key = `${permitted.join()} ${show} ${subject}`;
    const now = this.#clock.now();
    const known = this.#remembered.get(key);
    if (known !== undefined && known.until > now) return known.facts;
    const facts = this.#find(subject, show, permitted);
    this.#remembered.delete(key);
    this.#remembered.set(key, { until: now + FRESH, facts });
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size > REMEMBERED && oldest !== undefined) this.#remembered.delete(oldest);
    try {
      return await facts;
    } catch (error) {
      // That there are too many nodes takes as long to find out as their uptime does.
      const isLasting = error instanceof HeartbeatError && error.code === 'HEARTBEAT_INVALID_QUERY';
      if (!isLasting && this.#remembered.get(key)?.facts === facts) this.#remembered.delete(key);
      throw error;
    }
  }

  async #find(
    subject: string,
    show: BadgeShow,
    permitted: readonly BadgeKind[],
  ): Promise<BadgeFacts | undefined> {
    const name = permitted.includes('node') ? parseNodeName(subject) : undefined;
    const node = name === undefined ? undefined : await this.#describe(name);
    if (node !== undefined) return show === 'state' ? stateFacts([node]) : this.#uptimeOfNode(node, show);
    const label = permitted.includes('label') ? readLabel(subject) : undefined;
    if (label === undefined) return undefined;
    const nodes = await this.#withLabel(label, show === 'state' ? Infinity : 1);
    if (nodes.length === 0) return undefined;
    return show === 'state' ? stateFacts(nodes) : this.#uptimeOfLabel(label, show);
  }

  async #describe(name: NodeName): Promise<DescribedNode | undefined> {
    const reply = await new Promise<NodeReply>((resolve) => {
      this.#nodes.ask(name, { kind: 'describe' }, resolve);
    });
    if (reply.kind === 'node') return reply.node;
    if (reply.kind === 'refused' && reply.code !== 'HEARTBEAT_UNKNOWN_NODE')
      throw new HeartbeatError(reply.code, 'the node could not be asked');
    return undefined;
  }

  async #withLabel(label: Label, most: number): Promise<DescribedNode[]> {
    const found: DescribedNode[] = [];
    let after: NodeName | undefined;
    do {
      const page = await this.#nodes.list({ labels: [label] }, after, PAGE);
      found.push(...page.nodes);
      after = page.next;
    } while (after !== undefined && found.length < most);
    return found;
  }

  async #uptimeOfNode(node: DescribedNode, show: keyof typeof BADGE_DAYS): Promise<BadgeFacts> {
    const { uptime } = await this.#nodes.uptime(node, this.#rangeOf(show));
    return uptimeFacts(uptime);
  }

  async #uptimeOfLabel(label: Label, show: keyof typeof BADGE_DAYS): Promise<BadgeFacts> {
    const request = { ...this.#rangeOf(show), timeZone: 'UTC', most: 1 };
    const { uptime } = await this.#nodes.uptimeReportOf({ labels: [label] }, request, () => true);
    return uptimeFacts(uptime);
  }

  #rangeOf(show: keyof typeof BADGE_DAYS) {
    const to = this.#clock.wall();
    return { from: instant(to - BADGE_DAYS[show] * DAY), to };
  }
}

/** Of several nodes, the worst state. Paused ones count only where all are. */
function stateFacts(nodes: readonly DescribedNode[]): BadgeFacts {
  const watched = nodes.filter(({ pausedAt }) => pausedAt === undefined);
  if (watched.length === 0) return { message: 'paused', color: COLORS.none, isFailure: false };
  const failed = watched.filter(({ state }) => state === 'failed').length;
  const worst = (['failed', 'inactive', 'active'] as const).find((each) =>
    watched.some(({ state }) => state === each),
  );
  const state = worst ?? 'active';
  const message = failed > 0 && nodes.length > 1 ? `${failed} of ${nodes.length} failed` : state;
  return { message, color: STATE_COLORS[state], isFailure: failed > 0 };
}

function uptimeFacts(uptime: Uptime): BadgeFacts {
  const ratio = ratioOf(uptime);
  if (ratio === undefined) return { message: 'unknown', color: COLORS.none, isFailure: false };
  const color = ratio >= GOOD ? COLORS.good : ratio >= FAIR ? COLORS.fair : COLORS.bad;
  // Never rounded up: 100 % is all of it.
  return { message: `${(Math.floor(ratio * 10_000) / 100).toString()} %`, color, isFailure: false };
}
