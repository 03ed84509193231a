/** A node as `GET /nodes` shows it. */
export interface ShownNode {
  readonly name: string;
  readonly state: string;
  readonly retries: number;
  readonly last_heartbeat: number | null;
  readonly timeout: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly paused: boolean;
  readonly since: number;
}

export interface ShownFlip {
  readonly from: string;
  readonly to: string;
  readonly at_ms: number;
  readonly cause: string;
  readonly blind_seconds: number;
}

/** @returns the status, and the body if there is one */
export async function askNode(
  url: string,
  method: string,
  path: string,
  body?: object,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const response = await fetch(`${url}/nodes${path}`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
}

export async function nodeAt(url: string, name: string): Promise<ShownNode> {
  return (await askNode(url, 'GET', `/${name}`)).body as ShownNode;
}

/** All nodes, by name. */
export async function allNodes(url: string): Promise<Map<string, ShownNode>> {
  const { body } = await askNode(url, 'GET', '?limit=10000');
  return new Map((body as { nodes: ShownNode[] }).nodes.map((node) => [node.name, node]));
}

export async function flipsOf(url: string, name: string): Promise<readonly ShownFlip[]> {
  const { body } = await askNode(url, 'GET', `/${name}/flips`);
  return (body as { flips: ShownFlip[] }).flips;
}

/** Nodes that keep sending heartbeats, whether they are answered or not. */
export class Herd {
  readonly names: readonly string[];
  url: string;
  /** When the last answered heartbeat was sent, on the wall clock. */
  heardAt = 0;
  readonly #timer: NodeJS.Timeout;

  /** @param every milliseconds */
  constructor(names: readonly string[], url: string, every: number) {
    this.names = names;
    this.url = url;
    this.#timer = setInterval(() => void this.beat(), every);
  }

  /** One heartbeat of each. @returns false if there was no answer */
  async beat(): Promise<boolean> {
    const sent = Date.now();
    const answer = await askNode(this.url, 'POST', '/heartbeats', this.names).catch(() => undefined);
    if (answer?.status !== 200) return false;
    this.heardAt = Math.max(this.heardAt, sent);
    return true;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
