import { createServer, type AddressInfo, type Server } from 'node:net';
import { HookServer } from './hook-server.js';

/** Servers that refuse everything, and quote all they received in the refusal: passwords, paths and headers. */
export interface RudeServers {
  /** `host:port` of each. */
  readonly http: string;
  readonly redis: string;
  readonly smtp: string;
  stop(): Promise<void>;
}

export async function rudeServers(): Promise<RudeServers> {
  const hooks = await HookServer.start();
  hooks.behaviour = (response, { path, headers, body }) =>
    response
      .writeHead(400)
      .end(`${path} ${String(headers.authorization)} ${JSON.stringify(headers)} ${body}`);
  const redis = await talking('', (said) => `-ERR wrong: ${said.replaceAll('\r\n', ' ')}\r\n`);
  const smtp = await talking('220 rude\r\n', (said) => {
    if (/^ehlo/i.test(said)) return '250-rude\r\n250 AUTH PLAIN\r\n';
    const [, coded = ''] = /^auth plain (\S*)/i.exec(said) ?? [];
    return `535 wrong: ${said.trim()} ${Buffer.from(coded, 'base64').toString().replaceAll('\0', ' ')}\r\n`;
  });
  return {
    http: `127.0.0.1:${String(hooks.port)}`,
    redis: address(redis),
    smtp: address(smtp),
    stop: async () => {
      await hooks.stop();
      redis.close();
      smtp.close();
    },
  };
}

function talking(greeting: string, answer: (said: string) => string): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.write(greeting);
    socket.setEncoding('utf8').on('data', (said: string) => socket.write(answer(said)));
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

function address(server: Server): string {
  return `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}
