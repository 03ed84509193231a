import { readFileSync } from 'node:fs';
import path from 'node:path';
import { HEARTBEAT, ROOT, type DaemonProcess } from './daemon-process.js';
import type { TestResources } from './test-resources.js';

type Kind = 'run' | 'file' | 'answer';

/** `<!-- run: NAME -->` and a fenced block; both may be indented as part of a list. */
const BLOCK = /^( *)<!-- (run|file|answer): (\S+) -->\n+ *```\w+\n([\s\S]*?)^\1```/gm;

/** What a command of a page runs in. */
export interface PageShell {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Texts of the page, such as an address or a path, and what they are here. */
  readonly here?: Readonly<Record<string, string>>;
  /** Further arguments for the last command. */
  readonly more?: string;
}

/**
 * A page with blocks that a test follows: commands (`run`), files to write (`file`) and what a command prints
 * (`answer`), each by the name in the comment before it.
 */
export class FollowedPage {
  readonly #blocks = new Map<string, string>();
  readonly #unused = new Set<string>();

  /** @param name its path in the repository */
  constructor(name: string) {
    const page = readFileSync(path.join(ROOT, name), 'utf8');
    for (const [, indent = '', kind = '', block = '', text = ''] of page.matchAll(BLOCK)) {
      const key = `${kind} ${block}`;
      if (this.#blocks.has(key)) throw new TypeError(`${name} has two blocks "${key}"`);
      this.#blocks.set(key, text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''));
      this.#unused.add(key);
    }
  }

  command(name: string): string {
    return this.#block('run', name);
  }

  /** All files by their names. */
  get files(): ReadonlyMap<string, string> {
    const names = [...this.#blocks.keys()].filter((key) => key.startsWith('file '));
    return new Map(names.map((key) => [key.slice('file '.length), this.file(key.slice('file '.length))]));
  }

  file(name: string): string {
    return this.#block('file', name);
  }

  answer(name: string): string {
    return this.#block('answer', name);
  }

  /** Blocks that nobody has asked for, such as `run start`. */
  get unused(): readonly string[] {
    return [...this.#unused];
  }

  /** Runs a command of the page, and waits for its end. */
  async run(resources: TestResources, name: string, shell: PageShell): Promise<DaemonProcess> {
    const child = this.start(resources, name, shell);
    await child.ended;
    return child;
  }

  /** Starts a command of the page in bash, with the built `heartbeat`. */
  start(resources: TestResources, name: string, shell: PageShell): DaemonProcess {
    const { cwd, env = {}, here = {}, more = '' } = shell;
    let written = this.command(name).trim();
    for (const [there, mine] of Object.entries(here)) written = written.replaceAll(there, mine);
    const heartbeat = `heartbeat() { '${process.execPath}' '${HEARTBEAT}' "$@"; }`;
    const script = `${heartbeat}\n${written}${more}`;
    return resources.run({ command: ['bash', '-uc', script], cwd, env });
  }

  #block(kind: Kind, name: string): string {
    const key = `${kind} ${name}`;
    const text = this.#blocks.get(key);
    if (text === undefined) throw new TypeError(`the page has no block "${key}"`);
    this.#unused.delete(key);
    return text;
  }
}
