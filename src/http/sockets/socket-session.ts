import { ANYBODY } from '../../domain/access.js';
import { moment, toMillis, type Millis, type Moment } from '../../domain/time.js';
import { frameProblem } from '../../views/messages.js';
import { Denied, type Credential } from '../security/credentials.js';
import { parseFrame, type FrameOf, type Ref } from './client-frames.js';
import { FrameRate } from './frame-rate.js';
import { FrameStash } from './frame-stash.js';
import { CLOSE, expiringFrame } from './server-frames.js';
import { SessionFrames, type FrameOutput } from './session-frames.js';
import type { Closing, SessionHost, SocketPeer } from './session-host.js';
import { SessionLease } from './session-lease.js';
import { DueTimer } from './session-timers.js';
import { roomOf } from './socket-limits.js';

/** How long a client may take to authenticate. */
const AUTH_WITHIN: Millis = toMillis(5);
/** The longest that time waits while a token is verified: strangers must not decide about time. */
const LONGEST_DEFER: Millis = toMillis(1);
/** How long a client has to authenticate again after the keys have changed. Until it has, its frames are refused. */
const RENEWAL: Millis = toMillis(10);

/**
 * One connection of a client: what it may do, and the devices that it keeps online. It knows nothing of WebSocket. As a
 * timer it is due at the next ping, or when something else has to be looked at.
 */
export class SocketSession extends DueTimer implements FrameOutput {
  readonly #host: SessionHost;
  readonly #peer: SocketPeer;
  readonly #rate = new FrameRate();
  readonly #lease = new SessionLease();
  /** In observed time. */
  readonly #openedAt: Moment;
  #heardAt: Moment;
  /** Frames that wait for a token to be verified. */
  #waiting: FrameStash | undefined;
  #haveKeysChanged = false;
  /** The keys have changed since it authenticated. */
  #mustRenew = false;
  readonly #frames: SessionFrames;
  #pingAt: Moment;
  /** The payload of the last ping, until it is answered. */
  #payload: string | undefined;
  /** Whether the time for the next ping came before that. */
  #isOverdue = false;
  /** The reason to close for, once everything is answered. */
  #restart: string | undefined;
  #closing: Closing | undefined;

  constructor(host: SessionHost, peer: SocketPeer) {
    super();
    this.#host = host;
    this.#peer = peer;
    this.#frames = new SessionFrames(host, this);
    this.#openedAt = host.observed();
    this.#heardAt = this.#openedAt;
    const { clock } = host;
    if (!host.needsAuth) this.#lease.grant({ access: ANYBODY, expires: undefined }, clock.wall());
    const now = clock.now();
    this.#pingAt = moment(now + host.pingEvery);
    this.#schedule(now);
  }

  /** Why the connection ends; undefined while it is open. */
  get closing(): Closing | undefined {
    return this.#closing;
  }

  /** A text frame. */
  received(text: string): void {
    if (!this.#hears()) return;
    this.#host.counts.received++;
    this.#takeInOrder(text);
  }

  /** A message that is not text. */
  receivedBinary(): void {
    if (!this.#hears()) return;
    this.#frames.refuse(undefined, 'HEARTBEAT_INVALID_FRAME', frameProblem.binary);
    this.#close('protocol', CLOSE.notText, frameProblem.binary);
  }

  pinged(payload: Buffer): void {
    if (this.#hears()) this.#peer.pong(payload);
  }

  /** Only the echo of the last ping is a heal: any other pong may come from one who has seen no ping. */
  ponged(payload: string): void {
    if (this.#closing !== undefined) return;
    const { clock, counts } = this.#host;
    if (payload !== this.#payload) {
      counts.ignored_pongs++;
      this.#hears();
      return;
    }
    this.#payload = undefined;
    this.#heardAt = this.#host.observed();
    if (!this.#isInTime()) return;
    counts.pongs++;
    // A client that needs longer than from one ping to the next gets the next one at once.
    if (this.#isOverdue) {
      this.#pingAt = clock.now();
      this.#host.schedule(this, this.#pingAt);
    }
    this.#frames.ponged();
  }

  override due(now: Moment): void {
    if (this.#closing !== undefined) return;
    const { limits, pingEvery } = this.#host;
    const observed = this.#host.observed();
    if (this.#lease.access === undefined && observed - this.#openedAt >= AUTH_WITHIN) {
      this.#unauthorized(undefined, frameProblem.noAuth(AUTH_WITHIN / 1000));
      return;
    }
    if (observed - this.#heardAt >= Math.max(toMillis(limits.socket_idle), 2 * pingEvery)) {
      this.#close('idle', CLOSE.policy, frameProblem.idle);
      return;
    }
    if (!this.#isInTime()) return;
    if (now >= this.#pingAt) this.#ping(now);
    this.#schedule(now);
  }

  override failed(error: unknown): void {
    this.#peer.failed(error);
  }

  /** The keys have changed: the client has to authenticate again. */
  renew(): void {
    if (this.#closing !== undefined || !this.#host.needsAuth) return;
    // What is being verified was looked up among the old ones.
    this.#haveKeysChanged = this.#waiting !== undefined;
    if (this.#lease.access !== undefined) this.#shorten();
  }

  #shorten(): void {
    this.#mustRenew = true;
    this.#lease.shorten(RENEWAL, this.#host.clock.wall());
    if (this.#isInTime()) this.#schedule(this.#host.clock.now());
  }

  /** The daemon stops. What was asked is answered first. */
  restart(reason: string): void {
    this.#restart ??= reason;
    if (this.#frames.unanswered === 0) this.restartNow();
  }

  /** The daemon waits no longer. */
  restartNow(): void {
    if (this.#restart !== undefined) this.#close('restart', CLOSE.restart, this.#restart);
  }

  /** The connection is gone. Its devices expire by their own time. */
  ended(): void {
    this.#closing ??= 'client';
    this.#host.unschedule(this);
    this.#frames.close();
  }

  /** The client has read, after it had to. */
  drained(): void {
    this.#frames.drained();
  }

  /** What the client sent is no WebSocket. */
  broken(): void {
    this.#closing ??= 'protocol';
  }

  /** What waits to be sent is too much: nobody reads it. */
  unread(): void {
    this.#closing ??= 'unread';
  }

  /** Counts a frame. @returns whether it is to be looked at */
  #hears(): boolean {
    if (this.#closing !== undefined) return false;
    const { clock, limits } = this.#host;
    this.#heardAt = this.#host.observed();
    const pace = this.#rate.take(clock.now(), limits.rate_per_socket);
    if (pace === 'in time') return true;
    this.#frames.refuse(undefined, 'HEARTBEAT_RATE_LIMITED');
    if (pace === 'flood') this.#close('flood', CLOSE.policy, frameProblem.flood);
    return false;
  }

  #takeInOrder(text: string): void {
    const waiting = this.#waiting;
    if (waiting === undefined) {
      if (this.#closing === undefined) this.#take(text);
      return;
    }
    waiting.add(text);
    if (waiting.length > this.#host.limits.socket_frame) this.#peer.pause();
  }

  #take(text: string): void {
    const frame = parseFrame(text);
    const { ref } = frame;
    const { access } = this.#lease;
    if (this.#restart !== undefined) this.#frames.refuse(ref, 'HEARTBEAT_NOT_READY');
    else if (frame.type === 'auth') this.#authenticate(frame);
    else if (access === undefined)
      this.#unauthorized(ref, frame.type === 'wrong' ? frame.problem : frameProblem.authFirst);
    else if (!this.#isInTime()) return;
    else if (this.#mustRenew) this.#frames.refuse(ref, 'HEARTBEAT_UNAUTHORIZED', frameProblem.keysChanged);
    else if (frame.type === 'wrong') this.#frames.refuse(ref, 'HEARTBEAT_INVALID_FRAME', frame.problem);
    else this.#frames.handle(frame, access);
  }

  #authenticate({ token, ref }: FrameOf<'auth'>): void {
    if (!this.#host.needsAuth) {
      this.#frames.ok(ref);
      return;
    }
    const found = this.#host.authenticate(token);
    if (!(found instanceof Promise)) {
      this.#authenticated(ref, found);
      return;
    }
    // What comes meanwhile counts as of now, and is taken in its order. See decision 21.
    this.#waiting = new FrameStash();
    const resume = this.#host.defer(LONGEST_DEFER);
    const verified = (credential: Credential | Denied): void =>
      resume(() => {
        const waiting = this.#waiting;
        this.#waiting = undefined;
        this.#peer.resume();
        if (this.#closing === undefined) this.#authenticated(ref, credential);
        waiting?.unstash((text) => this.#takeInOrder(text));
      });
    found
      .then(verified, () => verified(new Denied(frameProblem.notVerified)))
      .catch((error: unknown) => this.failed(error));
  }

  #authenticated(ref: Ref, credential: Credential | Denied): void {
    if (credential instanceof Denied) {
      this.#unauthorized(ref, credential.message);
      return;
    }
    const { access } = credential;
    // Another user's token would take the devices along.
    if (!this.#frames.arePermitted(access)) {
      this.#unauthorized(ref, frameProblem.otherCaller);
      return;
    }
    const { clock } = this.#host;
    const isOther = this.#lease.access !== access;
    this.#lease.grant(credential, clock.wall());
    this.#mustRenew = false;
    if (isOther) this.#frames.renewed(access);
    this.#frames.ok(ref);
    this.#schedule(clock.now());
    if (this.#haveKeysChanged) this.#shorten();
    this.#haveKeysChanged = false;
  }

  get isFull(): boolean {
    return this.#peer.unsent > roomOf(this.#host.limits);
  }

  isTooSlow(): void {
    this.#close('unread', CLOSE.policy, frameProblem.tooSlow);
  }

  answeredAll(): void {
    this.restartNow();
  }

  #ping(now: Moment): void {
    const { counts, pingEvery } = this.#host;
    const next = this.#pingAt + pingEvery;
    this.#pingAt = moment(next > now ? next : now + pingEvery);
    // A second one would make the echo of the first worthless, and a client may answer only the last.
    this.#isOverdue = this.#payload !== undefined;
    if (this.#lease.access === undefined || this.#isOverdue) return;
    this.#payload = this.#host.newPayload();
    counts.pings++;
    this.#peer.ping(this.#payload);
  }

  /** Has what comes next looked at in time. */
  #schedule(now: Moment): void {
    const { access } = this.#lease;
    const auth = access === undefined ? AUTH_WITHIN - (this.#host.observed() - this.#openedAt) : Infinity;
    const next = Math.min(auth, this.#lease.next(this.#host.clock.wall()), this.#pingAt - now);
    this.#host.schedule(this, moment(now + Math.max(0, next)));
  }

  /** Whether the key or token is still valid. If not, the connection is closed. */
  #isInTime(): boolean {
    const wall = this.#host.clock.wall();
    if (this.#lease.hasEnded(wall)) {
      this.#unauthorized(undefined, frameProblem.expired);
      return false;
    }
    const left = this.#lease.takeNotice(wall);
    if (left !== undefined) this.send(expiringFrame(left));
    return true;
  }

  #unauthorized(ref: Ref, error: string): void {
    this.#frames.refuse(ref, 'HEARTBEAT_UNAUTHORIZED', error);
    this.#close('unauthorized', CLOSE.unauthorized, error);
  }

  send(frame: string): void {
    if (this.#closing !== undefined) return;
    this.#host.counts.sent++;
    this.#peer.send(frame);
  }

  #close(closing: Closing, code: number, reason: string): void {
    if (this.#closing !== undefined) return;
    this.#closing = closing;
    this.#host.unschedule(this);
    this.#frames.close();
    this.#peer.close(code, reason);
  }
}
