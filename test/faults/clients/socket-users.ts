/**
 * Users with one connection each, who keep writing heals into it, whether the previous one was answered or
 * not; and an onlooker who keeps asking whether they are online.
 */
import { connect, type Socket } from 'node:net';

export interface SocketUsersPlan {
  readonly url: string;
  readonly users: number;
  /** Milliseconds between two heals of a user. */
  readonly every: number;
}

export type Order =
  /** The onlooker starts. */
  { readonly kind: 'look' } | { readonly kind: 'finish' };

export interface SocketUsersReport {
  readonly kind: 'finished';
  readonly users: readonly {
    readonly user: number;
    /** When the heals were written, in milliseconds of the wall clock. All have been answered. */
    readonly written: readonly number[];
    /** When each of them was in the socket: on a busy machine, later. */
    readonly sent: readonly number[];
    /** When the last answer other than 200 came; 0 if all were. */
    readonly refusedAt: number;
    /** When the last answer came. */
    readonly answeredAt: number;
  }[];
  /** Answers to the onlooker. */
  readonly looks: number;
  /** The users who were offline for the onlooker. */
  readonly seenOffline: readonly number[];
  /** Responses other than 200, and ended connections. */
  readonly troubles: readonly string[];
}

const plan = JSON.parse(process.argv[2] ?? '') as SocketUsersPlan;
const LOOK_EVERY = 20;
/** Minimum number of looks at each user, however long they take. */
const LOOKS = 2;
const ANSWER = /HTTP\/1\.1 (\d+)[^{]*({[^}]*})/g;

const troubles: string[] = [];
let finishing = false;

/** A connection into which requests are written without waiting for responses. */
class Connection {
  readonly #socket: Socket;
  readonly #answered: (body: string) => void;
  #rest = '';
  unanswered = 0;
  answeredAt = 0;
  refusedAt = 0;

  constructor(name: string, answered: (body: string) => void = () => undefined) {
    const { hostname, port } = new URL(plan.url);
    this.#answered = answered;
    this.#socket = connect(Number(port), hostname);
    this.#socket.setNoDelay(true).setEncoding('latin1');
    this.#socket.on('data', (text: string) => this.#read(text));
    this.#socket.on('error', (error) => troubles.push(`${name}: ${error.message}`));
    this.#socket.on('close', () => {
      if (!finishing) troubles.push(`${name}: the connection ended`);
    });
  }

  ask(method: string, path: string): void {
    this.unanswered++;
    this.#socket.write(`${method} ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
  }

  end(): void {
    this.#socket.end();
  }

  #read(text: string): void {
    this.#rest += text;
    const whole = this.#rest.lastIndexOf('}') + 1;
    for (const [, status, body = ''] of this.#rest.slice(0, whole).matchAll(ANSWER)) {
      this.unanswered--;
      this.answeredAt = Date.now();
      if (status === '200') {
        this.#answered(body);
        continue;
      }
      this.refusedAt = this.answeredAt;
      troubles.push(`${String(status)} ${body}`);
    }
    this.#rest = this.#rest.slice(whole);
  }
}

class User {
  readonly user: number;
  readonly written: number[] = [];
  readonly sent: number[] = [];
  readonly connection: Connection;

  constructor(user: number) {
    this.user = user;
    this.connection = new Connection(`user ${user}`);
    setTimeout(() => this.#heal(), (plan.every * user) / plan.users);
  }

  #heal(): void {
    if (finishing) return;
    setTimeout(() => this.#heal(), plan.every);
    this.written.push(Date.now());
    this.connection.ask('PUT', `/heal/${this.user}`);
    this.sent.push(Date.now());
  }
}

const users = Array.from({ length: plan.users }, (_, index) => new User(index + 1));
const seenOffline = new Set<number>();
let looks = 0;

/** Each user was healed once. On a busy machine, they may never be online all at the same moment. */
const awaited = setInterval(() => {
  if (users.some(({ connection }) => connection.answeredAt === 0)) return;
  clearInterval(awaited);
  process.send?.({ kind: 'healed' });
}, LOOK_EVERY);

const onlooker = new Connection('onlooker', (body) => {
  const { id, status } = JSON.parse(body) as { id: number; status: string };
  if (status !== 'online') seenOffline.add(id);
});

process.on('message', ({ kind }: Order) => {
  if (kind === 'look') look();
  else finish();
});
process.on('disconnect', () => process.exit());

function look(): void {
  if (finishing) return;
  setTimeout(look, LOOK_EVERY);
  onlooker.ask('GET', `/checkup/${(looks++ % plan.users) + 1}`);
}

function finish(): void {
  if (looks < LOOKS * plan.users) {
    setTimeout(finish, LOOK_EVERY);
    return;
  }
  finishing = true;
  const connections = [onlooker, ...users.map(({ connection }) => connection)];
  if (connections.some(({ unanswered }) => unanswered > 0)) {
    setTimeout(finish, LOOK_EVERY);
    return;
  }
  for (const connection of connections) connection.end();
  const report: SocketUsersReport = {
    kind: 'finished',
    users: users.map(({ user, written, sent, connection: { answeredAt, refusedAt } }) => ({
      user,
      written,
      sent,
      answeredAt,
      refusedAt,
    })),
    looks,
    seenOffline: [...seenOffline],
    troubles,
  };
  process.send?.(report);
}
