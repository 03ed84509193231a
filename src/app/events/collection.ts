import type { DescribedNode } from '../../../actors/node/node.protocol.js';
import type { LiveSession } from '../../../actors/user/user.protocol.js';
import type { NodeName } from '../../domain/node-name.js';
import type { EndedSession } from '../../domain/session.js';
import type { Instant } from '../../domain/time.js';
import type { UserId } from '../../domain/user-id.js';
import { HeartbeatError } from '../../errors.js';
import { nodeText, stateParts, statePieces } from '../../views/event-view.js';
import { factsOfOffline, factsOfOnline, userText, type UserFacts } from '../../views/user-view.js';
import type { NodeEvent, UserEvent } from './change.js';
import type { SentState } from './events-api.js';
import type { Selection } from './selection.js';

/** Users and nodes that are looked at in one pass of the event loop. */
const SLICE = 500;
/** Users whose last session is read in one pass: each takes 90 µs, and others want to read as well. */
const READ_AT_ONCE = 100;

/** Where the state of users and nodes is read: as far as time has been acted on, like the events. */
export interface StateSources {
  /** @throws HeartbeatError `HEARTBEAT_NOT_READY` if the user is not answered for here */
  session(user: UserId): LiveSession | undefined;
  lastSession(user: UserId): Promise<EndedSession | undefined>;
  /** @throws HeartbeatError `HEARTBEAT_NOT_READY` if the nodes are not here */
  nodes(): Iterable<DescribedNode>;
  /** Its dependencies that have failed. */
  causesOf(node: DescribedNode): readonly NodeName[];
  /** As `GET /stats` shows them. @throws HeartbeatError `HEARTBEAT_NOT_READY` while a partition is away */
  counts(): object;
  /** Resolves in a later pass of the event loop; in each pass for one reader only. */
  turn(): Promise<void>;
  /** Reads when it is its turn: few read at once, however many readers begin. */
  inTurn<Result>(read: () => Promise<Result>): Promise<Result>;
}

/** A node, and its dependencies that have failed. */
type CollectedNode = Pick<NodeEvent, 'node' | 'causes'>;

/**
 * The state of what a reader hears of. It takes several passes of the event loop to read, and meanwhile events replace
 * what was read: so it is the state at the moment at which it is taken, which the next event changes.
 */
export class Collection {
  readonly #selection: Selection;
  readonly #sources: StateSources;
  readonly #users = new Map<UserId, UserFacts | undefined>();
  /** Undefined if it is not shown. */
  readonly #nodes = new Map<NodeName, CollectedNode | undefined>();
  readonly #isWhole: boolean;
  #isGivenUp = false;

  /** @param isWhole whether it is the state of everything, not only of these users */
  constructor(selection: Selection, users: readonly UserId[], isWhole: boolean, sources: StateSources) {
    this.#selection = selection;
    this.#sources = sources;
    this.#isWhole = isWhole;
    for (const user of users) this.#users.set(user, undefined);
  }

  /** An event of one of its users. */
  user({ user, facts }: UserEvent): void {
    if (this.#users.has(user)) this.#users.set(user, facts);
  }

  node({ node, causes }: CollectedNode): void {
    if (this.#isWhole) this.#nodes.set(node.name, this.#selection.shows(node) ? { node, causes } : undefined);
  }

  /** @throws HeartbeatError if something cannot be read */
  async read(): Promise<void> {
    let looked = 0;
    let offline: UserId[] = [];
    for (const [user, known] of this.#users) {
      if (known !== undefined) continue;
      const session = this.#sources.session(user);
      if (session === undefined) offline.push(user);
      else this.#users.set(user, factsOfOnline(session));
      if (++looked % SLICE !== 0 && offline.length < READ_AT_ONCE) continue;
      await this.#readOffline(offline);
      offline = [];
      await this.#sources.turn();
      if (this.#isGivenUp) return;
    }
    await this.#readOffline(offline);
    if (this.#isWhole && this.#selection.hearsNodes) await this.#readNodes();
    if (this.#isWhole && this.#selection.counts) this.#sources.counts();
  }

  async #readOffline(users: readonly UserId[]): Promise<void> {
    if (users.length === 0) return;
    await this.#sources.inTurn(() =>
      Promise.all(
        users.map(async (user) => {
          const facts = factsOfOffline(await this.#lastSession(user));
          // An event may have come meanwhile.
          if (this.#users.has(user) && this.#users.get(user) === undefined) this.#users.set(user, facts);
        }),
      ),
    );
  }

  /** One damaged session hides no other user. */
  async #lastSession(user: UserId): Promise<EndedSession | undefined> {
    try {
      return await this.#sources.lastSession(user);
    } catch (error) {
      if (error instanceof HeartbeatError && error.code === 'HEARTBEAT_STORE_CORRUPT') return undefined;
      throw error;
    }
  }

  async #readNodes(): Promise<void> {
    let looked = 0;
    for (const node of this.#sources.nodes()) {
      if (!this.#nodes.has(node.name) && this.#selection.shows(node))
        this.#nodes.set(node.name, { node, causes: this.#sources.causesOf(node) });
      if (++looked % SLICE === 0) await this.#sources.turn();
    }
  }

  /** Nobody waits for it any more. */
  giveUp(): void {
    this.#isGivenUp = true;
  }

  /** Leaves a user out. */
  drop(user: UserId): void {
    this.#users.delete(user);
  }

  get users(): Iterable<UserId> {
    return this.#users.keys();
  }

  /** What is known of its users, once it has been read. */
  get facts(): SentState['users'] {
    return Array.from(this.#users, ([user, facts]) => ({ user, facts: facts ?? factsOfOffline(undefined) }));
  }

  get size(): number {
    return this.#users.size;
  }

  /** The state now, once it has been read. It does not change any more. */
  take(at: Instant, isReset: boolean): Pick<SentState, 'pieces' | 'inParts'> {
    const nodes = [...this.#nodes.values()].filter((shown) => shown !== undefined);
    nodes.sort((one, other) => (one.node.name < other.node.name ? -1 : 1));
    const counts = this.#isWhole && this.#selection.counts ? this.#sources.counts() : undefined;
    return {
      pieces: () =>
        statePieces({ at, users: this.#userTexts(), nodes: this.#nodeTexts(nodes), counts, isReset }),
      inParts: (most) => stateParts({ at, users: this.#userTexts() }, most),
    };
  }

  *#userTexts(): Iterable<string> {
    for (const [user, facts] of this.#users)
      if (facts !== undefined) yield this.#selection.userText(user, facts, userText);
  }

  *#nodeTexts(nodes: readonly CollectedNode[]): Iterable<string> {
    for (const { node, causes } of nodes) yield nodeText(node, this.#selection.cause(causes));
  }
}
