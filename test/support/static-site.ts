import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { ROOT } from './daemon-process.js';

const CLIENT = path.join(ROOT, 'dist/src/client/browser');

const TYPES = { js: 'text/javascript', css: 'text/css' } as const;

/** The bundled files of a page. */
export type Bundle = Readonly<Partial<Record<keyof typeof TYPES, string>>>;

/** A site with one page, its bundle at `/main.js` and `/main.css` if it has one, and the built client, as an app would serve them. */
export class StaticSite {
  readonly #server: Server;

  private constructor(page: string, bundle: Bundle) {
    this.#server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://site');
      for (const type of ['js', 'css'] as const) {
        if (pathname !== `/main.${type}` || bundle[type] === undefined) continue;
        response.writeHead(200, { 'content-type': TYPES[type] }).end(bundle[type]);
        return;
      }
      const [, file] = /^\/client\/([\w/-]+\.js)$/.exec(pathname) ?? [];
      if (file === undefined) {
        response.writeHead(200, { 'content-type': 'text/html' }).end(page);
        return;
      }
      readFile(path.join(CLIENT, file)).then(
        (code) => response.writeHead(200, { 'content-type': TYPES.js }).end(code),
        () => response.writeHead(404).end(),
      );
    });
  }

  static async start(page: string, bundle: Bundle = {}): Promise<StaticSite> {
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
