import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { ROOT } from './daemon-process.js';

const CLIENT = path.join(ROOT, 'dist/src/client/browser');

/** A site with one page, its bundle at `/main.js` if it has one, and the built client, as an app would serve them. */
export class StaticSite {
  readonly #server: Server;

  private constructor(page: string, bundle: string | undefined) {
    this.#server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://site');
      if (pathname === '/main.js' && bundle !== undefined) {
        response.writeHead(200, { 'content-type': 'text/javascript' }).end(bundle);
        return;
      }
      const [, file] = /^\/client\/([\w/-]+\.js)$/.exec(pathname) ?? [];
      if (file === undefined) {
        response.writeHead(200, { 'content-type': 'text/html' }).end(page);
        return;
      }
      readFile(path.join(CLIENT, file)).then(
        (code) => response.writeHead(200, { 'content-type': 'text/javascript' }).end(code),
        () => response.writeHead(404).end(),
      );
    });
  }

  static async start(page: string, bundle?: string): Promise<StaticSite> {
    const site = new StaticSite(page, bundle);
    await new Promise<void>((resolve) => site.#server.listen(0, '127.0.0.1', resolve));
    return site;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
