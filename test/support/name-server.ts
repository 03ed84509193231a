import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';

/** A real name server on the loopback with a few names, or without answers. */
export class NameServer {
  readonly #socket: Socket;
  readonly #names: ReadonlyMap<string, readonly string[]>;
  /** Received queries. */
  readonly asked: string[] = [];
  /** Whether queries wait until `answer` is called. */
  silent = false;
  readonly #waiting: (readonly [question: Buffer, from: RemoteInfo])[] = [];

  private constructor(names: Readonly<Record<string, readonly string[]>>) {
    this.#names = new Map(Object.entries(names));
    this.#socket = createSocket('udp4');
    this.#socket.on('message', (question, from) => {
      this.asked.push(nameIn(question));
      this.#waiting.push([question, from]);
      if (!this.silent) this.answer();
    });
  }

  /** Answers all waiting queries. */
  answer(): void {
    for (const [question, from] of this.#waiting.splice(0)) {
      this.#socket.send(answerTo(question, this.#names.get(nameIn(question))), from.port, from.address);
    }
  }

  /** @param names IPv4 addresses by name */
  static async start(names: Readonly<Record<string, readonly string[]>> = {}): Promise<NameServer> {
    const server = new NameServer(names);
    await new Promise<void>((resolve) => server.#socket.bind(0, '127.0.0.1', resolve));
    return server;
  }

  get address(): string {
    return `127.0.0.1:${this.#socket.address().port}`;
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.close(resolve));
  }
}

const HEADER = 12;
const A = 1;

function nameIn(question: Buffer): string {
  const labels: string[] = [];
  for (let at = HEADER; question[at] !== 0; at += (question[at] ?? 0) + 1) {
    const length = question[at] ?? 0;
    labels.push(question.toString('latin1', at + 1, at + 1 + length));
  }
  return labels.join('.');
}

function answerTo(question: Buffer, addresses: readonly string[] | undefined): Buffer {
  const end = question.indexOf(0, HEADER) + 5;
  const type = question.readUInt16BE(end - 4);
  const found = type === A ? (addresses ?? []) : [];
  const header = Buffer.alloc(HEADER);
  question.copy(header, 0, 0, 2);
  // A recursive answer; NXDOMAIN for an unknown name.
  header.writeUInt16BE(addresses === undefined ? 0x8183 : 0x8180, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(found.length, 6);
  const records = found.map((address) =>
    Buffer.from([0xc0, HEADER, 0, A, 0, 1, 0, 0, 0, 1, 0, 4, ...address.split('.').map(Number)]),
  );
  return Buffer.concat([header, question.subarray(HEADER, end), ...records]);
}
