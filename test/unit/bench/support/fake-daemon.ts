import { createServer, type Server } from 'node:http';

interface FakeSession {
  readonly onlineAt: number;
  lastHeal: number;
}

export interface FakeHistoryEntry {
  online_at: number;
  offline_at: number;
}

export interface FakeAnswer {
  readonly status: number;
  readonly body: string;
}

/** How a fake daemon differs from a correct one. */
export interface FakeBehaviour {
  /** Milliseconds. */
  readonly sessionTimeoutMs: number;
  /** Answers in place of the daemon; undefined lets it answer itself. */
  readonly intercept?: (call: string) => FakeAnswer | undefined;
  /** Changes the history in a response. */
  readonly tamper?: (history: FakeHistoryEntry[]) => FakeHistoryEntry[];
}

/** A daemon in memory with heal, goodbye, checkup, heart_rhythm and supervision, correct by default. */
export class FakeDaemon {
  readonly #users = new Map<string, FakeSession[]>();
  readonly #behaviour: FakeBehaviour;
  readonly #server: Server;
  /** Every call it got, as `PUT /heal/1`. */
  readonly calls: string[] = [];
  url = '';

  private constructor(behaviour: FakeBehaviour) {
    this.#behaviour = behaviour;
    this.#server = createServer((request, response) => {
      const call = `${request.method ?? ''} ${request.url ?? ''}`;
      this.calls.push(call);
      let content = '';
      request.setEncoding('utf8').on('data', (text: string) => (content += text));
      request.once('end', () => {
        const { status, body } = behaviour.intercept?.(call) ?? this.#answer(call, content, Date.now());
        response.writeHead(status, { 'content-type': 'application/json' }).end(body);
      });
    });
  }

  static async listen(behaviour: FakeBehaviour): Promise<FakeDaemon> {
    const daemon = new FakeDaemon(behaviour);
    await new Promise<void>((resolve) => daemon.#server.listen(0, '127.0.0.1', resolve));
    const address = daemon.#server.address();
    if (typeof address === 'object' && address !== null)
      daemon.url = `http://127.0.0.1:${String(address.port)}`;
    return daemon;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(call: string, content: string, now: number): FakeAnswer {
    const [, method, name, id = '', query = ''] = /^(\w+) \/(\w+)\/?([^?]*)\??(.*)$/.exec(call) ?? [];
    switch (`${method ?? ''} ${name ?? ''}`) {
      case 'PUT heal':
        this.#heal(id, now);
        return ok('{"status":"online"}');
      case 'POST heal':
        for (const each of idsIn(content)) this.#heal(each, now);
        return ok(`{"accepted":${String(idsIn(content).length)},"rejected":[]}`);
      case 'POST checkup':
        return ok(
          `{"results":[${idsIn(content)
            .map((each) => this.#checkup(each, now))
            .join(',')}]}`,
        );
      case 'DELETE heal':
        return ok('{"status":"offline"}');
      case 'GET checkup':
        return ok(this.#checkup(id, now));
      case 'GET heart_rhythm':
        return ok(`{"id":${id},"history":${JSON.stringify(this.#history(id, new URLSearchParams(query)))}}`);
      case 'GET supervision':
        return ok(JSON.stringify(this.#supervision(now)));
      default:
        return { status: 404, body: '{"error":"not found"}' };
    }
  }

  #checkup(id: string, now: number): string {
    return `{"id":${id},"status":"${this.#isOnline(id, now) ? 'online' : 'offline'}"}`;
  }

  #heal(id: string, now: number): void {
    const sessions = this.#users.get(id) ?? [];
    this.#users.set(id, sessions);
    const last = sessions.at(-1);
    if (last !== undefined && now <= this.#deadline(last)) last.lastHeal = now;
    else sessions.push({ onlineAt: now, lastHeal: now });
  }

  #isOnline(id: string, now: number): boolean {
    const last = this.#users.get(id)?.at(-1);
    return last !== undefined && now < this.#deadline(last);
  }

  #history(id: string, query: URLSearchParams): FakeHistoryEntry[] {
    const from = Number(query.get('from') ?? -Infinity);
    const history = (this.#users.get(id) ?? []).map((session) => ({
      online_at: Math.floor(session.onlineAt / 1000),
      offline_at: Math.floor(this.#deadline(session) / 1000),
    }));
    const asked = history.filter((entry) => entry.offline_at >= from);
    return this.#behaviour.tamper?.(asked) ?? asked;
  }

  #supervision(now: number): unknown {
    const sessions = [...this.#users.values()].flat();
    const ended = sessions.filter((session) => this.#deadline(session) <= now);
    return {
      process: {
        pid: process.pid,
        rss_bytes: process.memoryUsage.rss(),
        event_loop_delay_ms: { p50: 1, p99: 2, max: 3 },
      },
      store: { size_bytes: 40 * sessions.length, sessions_stored: ended.length },
      users: { online: sessions.length - ended.length },
    };
  }

  #deadline(session: FakeSession): number {
    return session.lastHeal + this.#behaviour.sessionTimeoutMs;
  }
}

function ok(body: string): FakeAnswer {
  return { status: 200, body };
}

/** The elements of a JSON array of numbers, with all digits. */
function idsIn(content: string): string[] {
  return content.match(/-?\d+/g) ?? [];
}
