import { connect } from 'node:net';
import pLimit from 'p-limit';
import { Agent } from 'undici';
import type { SnapshotDaemon } from './daemon.js';

const AT_ONCE = 32;

export interface Crowd {
  /** Users who come and go in a round, each with a new id. */
  readonly users: number;
  /** Nodes that are registered in a round and deleted at its end. */
  readonly nodes: number;
}

/** All kinds of requests at once, in rounds. Users and nodes of a round are gone soon after its end. */
export class MixedLoad {
  readonly #daemon: SnapshotDaemon;
  readonly #crowd: Crowd;
  readonly #atOnce = pLimit(AT_ONCE);
  #agent = new Agent({ connections: AT_ONCE });
  #round = 0;
  requests = 0;

  constructor(daemon: SnapshotDaemon, crowd: Crowd) {
    this.#daemon = daemon;
    this.#crowd = crowd;
  }

  get rounds(): number {
    return this.#round;
  }

  /** @param reload reloads the daemon with other channels, in the middle of the round */
  async round(reload: (round: number) => void): Promise<void> {
    const round = this.#round++;
    await Promise.all([this.#users(round), this.#nodes(round, reload), this.#strangers()]);
  }

  /** Also closes the connections. */
  async pause(): Promise<void> {
    await this.#agent.close();
    this.#agent = new Agent({ connections: AT_ONCE });
  }

  async #users(round: number): Promise<void> {
    const { users } = this.#crowd;
    const ids = Array.from({ length: users }, (_each, index) => 1 + round * users + index);
    await this.#ask('POST', '/heal', ids.join('\n'));
    await this.#all(every(ids, 10), (id) => this.#ask('PUT', `/heal/${String(id)}`));
    await this.#ask('POST', '/checkup', ids.join('\n'));
    await this.#all(every(ids, 5), (id) => this.#ask('DELETE', `/heal/${String(id)}`));
    await this.#all(every(ids, 20), (id) => this.#ask('GET', `/heart_rhythm/${String(id)}`));
    await this.#all(every(ids, 50), (id) => this.#ask('DELETE', `/users/${String(id)}`));
  }

  async #nodes(round: number, reload: (round: number) => void): Promise<void> {
    const names = Array.from(
      { length: this.#crowd.nodes },
      (_each, index) => `n${String(round)}-${String(index)}`,
    );
    const cause = `n${String(round)}-0`;
    await this.#all(names, (name, index) => {
      const depends = index % 4 === 1 ? { depends_on: [cause] } : {};
      return this.#ask(
        'PUT',
        `/nodes/${name}`,
        JSON.stringify({ labels: { round: String(round) }, ...depends }),
      );
    });
    await this.#ask('POST', '/nodes/heartbeats', names.join('\n'));
    await this.#all(every(names, 3), (name) => this.#ask('POST', `/nodes/${name}/fail`, 'disk full'));
    reload(round);
    await this.#all(every(names, 6), (name) => this.#ask('PUT', `/nodes/${name}/heartbeat`));
    await this.#all(every(names, 9), (name) => this.#ask('POST', `/nodes/${name}/acknowledge`));
    await this.#all(every(names, 11), (name) => this.#ask('POST', `/nodes/${name}/pause`));
    await this.#all(every(names, 22), (name) => this.#ask('POST', `/nodes/${name}/resume`));
    for (const path of ['/nodes?state=failed', '/alerts?state=dead', '/alerts', '/supervision'])
      await this.#ask('GET', path);
    // It sent one heartbeat, and nothing else.
    const [, , silent = ''] = names;
    await this.#daemon.until('a silent node fails', () => this.#daemon.hasFailed(silent));
    await this.#all(every(names, 7), (name) => this.#ask('GET', `/nodes/${name}?from=-1h`));
    await this.#all(every(names, 7), (name) => this.#ask('GET', `/nodes/${name}/flips`));
    // Heartbeats until the end, so that records of deleted nodes are still waiting to be stored.
    await this.#ask('POST', '/nodes/heartbeats', names.join('\n'));
    await this.#all(names, (name) => this.#ask('DELETE', `/nodes/${name}`));
  }

  /** Connections that send nothing, nonsense, or half of a request. */
  async #strangers(): Promise<void> {
    const words = [
      '',
      'GET / HTTP/9.9\r\n\r\n',
      '\u0000\u0001\u0002\r\n\r\n',
      'PUT /heal/1 HTTP/1.1\r\nHost: lo',
    ];
    await this.#all(
      Array.from({ length: 20 }, (_each, index) => words[index % words.length] ?? ''),
      (text) => this.#say(text),
    );
  }

  #say(text: string): Promise<void> {
    return new Promise((resolve) => {
      const { hostname, port } = new URL(this.#daemon.url);
      const socket = connect(Number(port), hostname, () => socket.end(text));
      socket
        .resume()
        .on('error', () => undefined)
        .once('close', () => {
          resolve();
        });
    });
  }

  async #all<Item>(items: readonly Item[], act: (item: Item, index: number) => Promise<void>): Promise<void> {
    await Promise.all(items.map((item, index) => this.#atOnce(() => act(item, index))));
  }

  /** Sends a request and accepts any answer, since refusals are part of the load. */
  async #ask(method: 'GET' | 'PUT' | 'POST' | 'DELETE', path: string, body?: string): Promise<void> {
    this.requests++;
    const origin = this.#daemon.url;
    const answer = await this.#agent.request({ origin, method, path, ...(body !== undefined && { body }) });
    await answer.body.dump();
  }
}

function every<Item>(items: readonly Item[], nth: number): readonly Item[] {
  return items.filter((_item, index) => index % nth === 0);
}
