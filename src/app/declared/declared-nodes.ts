import type { NodeReply, NodeRequest } from '../../../actors/node/node.protocol.js';
import { assertNever } from '../../domain/assert-never.js';
import { NO_DECLARATION, type Declaration } from '../../domain/declaration.js';
import type { Registration } from '../../domain/node.js';
import type { NodeName } from '../../domain/node-name.js';
import type { Millis } from '../../domain/time.js';
import { errorCodes, HeartbeatError, type ErrorCode } from '../../errors.js';
import type { Cancel, Clock } from '../../ports/clock.js';
import type { Logger } from '../../ports/logger.js';
import { Slices } from '../../runtime/slices.js';
import type { Config } from '../../config/schema.js';
import type { NodesApi } from '../api/nodes-api.js';
import type { Actors } from '../assemble.js';
import { planOf, RegisteredNodes, type DeclaredPlan, type DeclaredStep } from './plan.js';

interface DeclaredNodesDeps {
  readonly ask: NodesApi['ask'];
  /** All nodes; undefined while they are watched elsewhere. */
  readonly registrations: () => Iterable<Registration> | undefined;
  /** How many nodes there may be. */
  readonly most: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Steps under way at once. They share a commit. */
const PORTION = 250;
/** The delay before refused steps are tried again. It doubles each time, up to the longest. */
const AGAIN: Millis = 1_000;
const LONGEST_AGAIN: Millis = 60_000;
/** Refused nodes that a line of the log names. */
const MOST_NAMED = 20;
/** Each kind of step waits for those before it. */
const ORDER: readonly (readonly DeclaredStep['kind'][])[] = [
  ['remove', 'release'],
  ['free_slug'],
  ['create', 'adopt', 'change'],
];

/** The outcome of a pass over the steps. */
interface Outcome {
  readonly counts: Map<DeclaredStep['kind'], number>;
  readonly refused: string[];
  /** Steps that may succeed later. */
  pending: number;
}

/**
 * Brings the nodes to what the file of declared nodes says: the same whatever was interrupted before, since it compares
 * with what is registered. What the store refuses is tried again.
 */
export class DeclaredNodes {
  readonly #deps: DeclaredNodesDeps;
  readonly #slices: Slices;
  #declaration = NO_DECLARATION;
  /** Nodes without a mark that were there before the file came into force. */
  #older: ReadonlySet<NodeName> = new Set();
  /** The declaration in force, by number: what belongs to an earlier one ends. */
  #number = 0;
  #again: Cancel | undefined;
  #isPending = false;

  constructor(deps: DeclaredNodesDeps) {
    this.#deps = deps;
    this.#slices = new Slices(deps.clock);
  }

  /** What is missing: the declaration in force is not applied completely yet. */
  get notApplied(): readonly string[] {
    return this.#isPending ? ['declared nodes are not applied yet'] : [];
  }

  /** What applying this declaration would do now. While nodes are watched elsewhere, nothing. */
  async plan(declaration: Declaration): Promise<DeclaredPlan> {
    const registered = await this.#read(declaration);
    return registered === undefined
      ? { steps: [], problems: [] }
      : this.#planOf(declaration, registered, () => false);
  }

  #planOf(
    declaration: Declaration,
    registered: RegisteredNodes,
    isNew: (name: NodeName) => boolean,
  ): DeclaredPlan {
    return planOf(declaration, registered, { isNew, most: this.#deps.most });
  }

  /**
   * Puts a declaration in force before the daemon is ready, or again the one of a reload during the start, which did not
   * see all nodes.
   *
   * @throws HeartbeatError if it cannot be applied
   */
  async begin(declaration = NO_DECLARATION): Promise<void> {
    const problems = await this.declare(this.#number === 0 ? declaration : this.#declaration);
    if (problems.length > 0) throw new HeartbeatError('HEARTBEAT_WRONG_DECLARED_NODES', problems.join('\n'));
  }

  /**
   * Puts a declaration in force. From here on, a node that it names and that does not exist yet is its own, whoever
   * registers it first.
   *
   * @returns why it cannot be applied, a line each; then the one before stays in force
   */
  async declare(declaration: Declaration): Promise<readonly string[]> {
    const hasFile = declaration.nodes !== undefined;
    const registered = hasFile ? await this.#read(declaration) : undefined;
    if (registered !== undefined) {
      const { problems } = this.#planOf(declaration, registered, () => false);
      if (problems.length > 0) return problems;
    }
    const found = [...(registered?.concerned.values() ?? [])];
    this.#older = new Set(found.flatMap(({ name, declared }) => (declared === undefined ? [name] : [])));
    this.#declaration = declaration;
    this.#number++;
    this.#again?.();
    this.#isPending = hasFile;
    return [];
  }

  /** Resolves once every step was tried. Those that the store refused are tried again later. */
  async apply(): Promise<void> {
    await this.#try(this.#number, AGAIN);
  }

  stop(): void {
    this.#number++;
    this.#again?.();
  }

  async #try(number: number, again: Millis): Promise<void> {
    const { clock, logger } = this.#deps;
    const begun = clock.now();
    const outcome = await this.#pass(number);
    if (number !== this.#number) return;
    const { counts, refused, pending } = outcome;
    if (refused.length > 0)
      logger.error('declared nodes refused', {
        nodes: refused.length,
        problems: refused.slice(0, MOST_NAMED),
      });
    if (counts.size > 0) {
      const milliseconds = Math.round(clock.now() - begun);
      logger.info('declared nodes applied', { ...Object.fromEntries(counts), milliseconds });
    }
    this.#isPending = pending > 0;
    if (pending === 0) return;
    logger.warn('declared nodes wait to be applied', { nodes: pending });
    this.#again = clock.after(again, () => {
      void this.#try(number, Math.min(2 * again, LONGEST_AGAIN));
    });
  }

  async #pass(number: number): Promise<Outcome> {
    const outcome: Outcome = { counts: new Map(), refused: [], pending: 0 };
    const registered = await this.#read(this.#declaration);
    // They are declared again once they are here.
    if (registered === undefined) return outcome;
    const isNew = (name: NodeName): boolean => !this.#older.has(name);
    const { steps, problems } = this.#planOf(this.#declaration, registered, isNew);
    outcome.refused.push(...problems);
    for (const kinds of ORDER) {
      const group = steps.filter(({ kind }) => kinds.includes(kind));
      for (let from = 0; from < group.length; from += PORTION) {
        if (number !== this.#number) return outcome;
        await Promise.all(group.slice(from, from + PORTION).map((step) => this.#take(step, outcome)));
      }
    }
    return outcome;
  }

  async #take(step: DeclaredStep, outcome: Outcome): Promise<void> {
    const reply = await new Promise<NodeReply>((resolve) => {
      this.#deps.ask(step.name, requestOf(step), resolve);
    });
    if (reply.kind !== 'refused' || isGone(step, reply.code))
      outcome.counts.set(step.kind, (outcome.counts.get(step.kind) ?? 0) + 1);
    else if (errorCodes[reply.code].retryable) outcome.pending++;
    else outcome.refused.push(`${step.name}: ${reply.code}`);
  }

  /** In slices, since there may be very many. */
  async #read(declaration: Declaration): Promise<RegisteredNodes | undefined> {
    const all = this.#deps.registrations();
    if (all === undefined) return undefined;
    const read = new RegisteredNodes(declaration);
    const slice = this.#slices.begin();
    for (const node of all) {
      read.add(node);
      if (slice.isOver) await slice.next();
    }
    return read;
  }
}

/** The declared nodes of an app. */
export function declaredNodesOf(
  { nodes: { max: most } }: Config,
  { home }: Pick<Actors, 'home'>,
  { ask }: Pick<NodesApi, 'ask'>,
  { clock, logger }: Pick<DeclaredNodesDeps, 'clock' | 'logger'>,
): DeclaredNodes {
  const registrations = () => home.run?.watch?.nodes.registrations();
  return new DeclaredNodes({ ask, registrations, most, clock, logger });
}

function isGone({ kind }: DeclaredStep, code: ErrorCode): boolean {
  return code === 'HEARTBEAT_UNKNOWN_NODE' && (kind === 'remove' || kind === 'release');
}

function requestOf(step: DeclaredStep): NodeRequest {
  switch (step.kind) {
    case 'create':
    case 'adopt':
    case 'change':
    case 'free_slug':
      return { kind: 'declare', settings: step.settings, mark: step.mark };
    case 'remove':
      return { kind: 'prune' };
    case 'release':
      return { kind: 'release' };
    default:
      return assertNever(step);
  }
}
