import { createServer, request, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

/** A real HTTP proxy on the loopback. It resolves names itself, as proxies do. */
export class ProxyServer {
  /** The requested targets. */
  readonly asked: string[] = [];
  readonly authorizations: (string | undefined)[] = [];
  /** If set, the response to every request. */
  refusal: number | undefined;
  readonly #hosts: Readonly<Record<string, string>>;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  /** @param hosts the targets of names that only the proxy can resolve */
  constructor(hosts: Readonly<Record<string, string>> = {}) {
    this.#hosts = hosts;
    this.#server = createServer((incoming, response) => {
      this.#hear(incoming.url ?? '', incoming.headers['proxy-authorization']);
      const { hostname, port, pathname, search } = new URL(incoming.url ?? '');
      const { method, headers } = incoming;
      const onward = request(
        { host: this.#addressOf(hostname), port, path: pathname + search, method, headers },
        (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
        },
      );
      onward.on('error', () => response.writeHead(502).end());
      incoming.pipe(onward);
    });
    this.#server.on('connection', (socket: Socket) => this.#keep(socket));
    this.#server.on('connect', (incoming, client: Socket, head: Buffer) => {
      this.#hear(incoming.url ?? '', incoming.headers['proxy-authorization']);
      if (this.refusal !== undefined) {
        client.end(`HTTP/1.1 ${String(this.refusal)} No\r\ncontent-length: 0\r\n\r\n`);
        return;
      }
      const { hostname, port } = new URL(`http://${incoming.url ?? ''}`);
      const onward = connect(Number(port || 80), this.#addressOf(hostname), () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        onward.write(head);
        onward.pipe(client).pipe(onward);
      });
      this.#keep(onward);
      onward.on('error', () => client.destroy());
      client.on('error', () => onward.destroy());
    });
  }

  static async start(hosts?: Readonly<Record<string, string>>): Promise<ProxyServer> {
    const proxy = new ProxyServer(hosts);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #hear(target: string, authorization: string | undefined): void {
    this.asked.push(target);
    this.authorizations.push(authorization);
  }

  #addressOf(hostname: string): string {
    return this.#hosts[hostname] ?? hostname.replace(/^\[(.*)\]$/, '$1');
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket)).on('error', () => socket.destroy());
  }
}
