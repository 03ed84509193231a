import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { ROOT } from './daemon-process.js';

interface Manifest {
  readonly name: string;
  readonly version: string;
}

/** A package registry with what is installed here, so that `npm install` needs no network. */
export class LocalRegistry {
  readonly #server: Server;
  /** By name and version. */
  readonly #folders = new Map<string, Map<string, string>>();

  private constructor() {
    const lock = JSON.parse(readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8')) as {
      packages: object;
    };
    for (const place of Object.keys(lock.packages)) {
      const folder = path.join(ROOT, place);
      if (place === '' || !existsSync(path.join(folder, 'package.json'))) continue;
      const { name, version } = manifestOf(folder);
      const versions = this.#folders.get(name) ?? new Map<string, string>();
      this.#folders.set(name, versions.set(version, folder));
    }
    this.#server = createServer((request, response) => {
      const [name = '', file] = decodeURIComponent(request.url ?? '/')
        .slice(1)
        .split('/-/');
      if (file === undefined) this.#describe(name, response);
      else this.#pack(name, file.replace(/\.tgz$/, ''), response);
    });
  }

  static async start(): Promise<LocalRegistry> {
    const registry = new LocalRegistry();
    await new Promise<void>((resolve) => registry.#server.listen(0, '127.0.0.1', resolve));
    return registry;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #describe(name: string, response: ServerResponse): void {
    const found = this.#folders.get(name);
    if (found === undefined) {
      response.writeHead(404).end('{}');
      return;
    }
    const versions = Object.fromEntries(
      [...found].map(([version, folder]) => {
        const tarball = `${this.url}/${name}/-/${version}.tgz`;
        return [version, { ...manifestOf(folder), dist: { tarball } }];
      }),
    );
    const latest = [...found.keys()].at(0);
    response.end(JSON.stringify({ name, 'dist-tags': { latest }, versions }));
  }

  #pack(name: string, version: string, response: ServerResponse): void {
    const folder = this.#folders.get(name)?.get(version);
    if (folder === undefined) {
      response.writeHead(404).end();
      return;
    }
    const given = ['-cz', '--exclude=./node_modules', '--transform=s,^[.],package,', '-C', folder, '.'];
    spawn('tar', given, { stdio: ['ignore', 'pipe', 'inherit'] }).stdout.pipe(response);
  }
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Manifest;
}
