import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { isAccepted, type ContentCoding } from '../server/content-coding.js';

/** A file as one kind of client gets it. */
export interface Representation {
  /** Undefined: as it is. */
  readonly coding: ContentCoding | undefined;
  /** Strong: it stands for these bytes. */
  readonly etag: string;
  /** One character for each byte. */
  readonly body: string;
}

interface BuiltFile {
  readonly type: string;
  /** The best coding first. */
  readonly representations: readonly Representation[];
}

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

/** The smallest first. `scripts/dashboard.js` writes them beside each file. */
const CODINGS = [
  { suffix: '.br', coding: 'br' },
  { suffix: '.gz', coding: 'gzip' },
  { suffix: '', coding: undefined },
] as const;

/**
 * What the build has made of a directory, in memory from the first request on. A request names a file among those that
 * were found then, and no path on the disk.
 */
export class BuiltFiles {
  readonly #directory: () => URL;
  #files: Promise<ReadonlyMap<string, BuiltFile>> | undefined;

  constructor(directory: () => URL) {
    this.#directory = directory;
  }

  /**
   * @param accepted the header `Accept-Encoding` of the request
   * @returns undefined if there is no such file
   */
  async find(
    name: string,
    accepted: string | undefined,
  ): Promise<(Representation & { readonly type: string }) | undefined> {
    const file = (await this.#read()).get(name);
    const found = file?.representations.find(
      ({ coding }) => coding === undefined || isAccepted(coding, accepted),
    );
    return file && found && { ...found, type: file.type };
  }

  #read(): Promise<ReadonlyMap<string, BuiltFile>> {
    this.#files ??= filesIn(this.#directory()).catch((error: unknown) => {
      this.#files = undefined;
      if (isMissing(error)) return new Map<string, BuiltFile>();
      throw error;
    });
    return this.#files;
  }
}

async function filesIn(directory: URL): Promise<ReadonlyMap<string, BuiltFile>> {
  const names = new Set(await namesIn(directory));
  const files = new Map<string, BuiltFile>();
  for (const name of names) {
    const type = TYPES[name.slice(name.lastIndexOf('.') + 1)];
    if (type === undefined) continue;
    const there = CODINGS.filter(({ suffix }) => names.has(name + suffix));
    const representations = there.map(async ({ suffix, coding }) => {
      const bytes = await readFile(new URL(name + suffix, directory));
      const etag = `"${createHash('sha256').update(bytes).digest('base64url')}"`;
      return { coding, etag, body: bytes.toString('latin1') };
    });
    files.set(name, { type, representations: await Promise.all(representations) });
  }
  return files;
}

async function namesIn(directory: URL): Promise<readonly string[]> {
  const names = await readdir(directory, { recursive: true });
  return names.map((name) => name.replaceAll('\\', '/'));
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
