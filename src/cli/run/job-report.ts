import { randomUUID } from 'node:crypto';
import {
  createClient,
  HeartbeatRequestError,
  type Fetch,
  type FetchAnswer,
  type FetchRequest,
  type HeartbeatClient,
  type NodeSettings,
  type PingTarget,
} from '../../client/api/index.js';
import type { Millis } from '../../domain/time.js';
import { aborted } from '../aborted.js';
import { reaching } from '../daemon/reaching.js';
import type { OutputTail } from './output-tail.js';

export interface ReportPlan {
  readonly url: string;
  readonly key: string | undefined;
  /** The name of the node. */
  readonly name: string;
  /** For a node that is unknown. */
  readonly settings: NodeSettings;
  /** Says that something could not be reported. */
  readonly note: (problem: string) => void;
}

/** How long the end of a run is reported before it is left: the command has ended, and somebody waits for the exit code. */
const LONGEST: Millis = 20_000;
/** The default of `pings.body`. The daemon says what its own is. */
const BODY_LIMIT = 10_000;
const LIMIT_HEADER = 'ping-body-limit';

/**
 * Reports one run of a job by pings: its start, and its end with the exit code and the end of the output. A node that is
 * unknown is registered. Nothing here throws: what cannot be reported is said by `note`.
 */
export class JobReport {
  readonly #plan: ReportPlan;
  readonly #client: HeartbeatClient;
  readonly #rid = randomUUID();
  #bodyLimit = BODY_LIMIT;
  #target: PingTarget | undefined;
  #starting: Promise<void> = Promise.resolve();

  constructor(plan: ReportPlan) {
    const { url, fetch: carry = fetch } = reaching(plan.url);
    this.#plan = plan;
    this.#client = createClient({ url, key: plan.key, fetch: this.#watched(carry) });
  }

  /** The run has started. It is reported while the job runs. */
  begin(): void {
    this.#starting = this.#attempt('the start', () => this.#ping({ kind: 'start' }));
  }

  /** The run has ended. Resolves when that is reported, or left. */
  async end(exitStatus: number, tail: OutputTail): Promise<void> {
    const signal = AbortSignal.timeout(LONGEST);
    await Promise.race([this.#starting, aborted(signal)]);
    await this.#attempt('the end', () =>
      this.#ping({ exitStatus, body: tail.text(this.#bodyLimit), signal }),
    );
  }

  async #attempt(what: string, report: () => Promise<unknown>): Promise<void> {
    try {
      await report();
    } catch (error) {
      this.#plan.note(`${what} of this run is not reported: ${reasonOf(error)}`);
    }
  }

  async #ping(options: {
    readonly kind?: 'start';
    readonly exitStatus?: number;
    readonly body?: string;
    readonly signal?: AbortSignal;
  }): Promise<void> {
    this.#target ??= await this.#find(options.signal);
    const create = typeof this.#target !== 'string';
    await this.#client.ping(this.#target, { ...options, rid: this.#rid, ...(create && { create }) });
  }

  /** By the secret of the node, for a key with the scope `admin`; else the key may be a ping key. */
  async #find(signal: AbortSignal | undefined): Promise<PingTarget> {
    const { name, key, settings } = this.#plan;
    const options = { ...(signal !== undefined && { signal }) };
    try {
      const known = await this.#client.nodes.get(name, options);
      const { pingUuid } = known ?? (await this.#client.nodes.register(name, settings, options));
      if (pingUuid !== undefined) return pingUuid;
    } catch (error) {
      const isRefused =
        error instanceof HeartbeatRequestError && (error.status === 401 || error.status === 403);
      if (!isRefused || key === undefined) throw error;
    }
    if (key !== undefined) return { key, slug: name };
    throw new Error('the daemon does not show the ping UUID of the node');
  }

  /** With an eye on what the daemon says of bodies. */
  #watched(carry: Fetch): Fetch {
    const watched = async (url: string, request: FetchRequest): Promise<FetchAnswer> => {
      const answer = await carry(url, request);
      const limit = answer.headers.get(LIMIT_HEADER);
      if (limit !== null && /^\d{1,6}$/.test(limit)) this.#bodyLimit = Number(limit);
      return answer;
    };
    return Object.assign(watched, { address: carry.address });
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof HeartbeatRequestError))
    return error instanceof Error ? error.message : String(error);
  const { code, message } = error;
  if (code === 'HEARTBEAT_CLIENT_PING_REFUSED' && message === 'not found')
    return 'the key may not ping this node: it needs the scope ping (with --create for unknown nodes) or admin';
  if (code === 'HEARTBEAT_UNAUTHORIZED')
    return `${message}: set HEARTBEAT_KEY to a key with the scope ping or admin`;
  return message;
}
