import type { Daemon } from '../../app/api/daemon.js';
import type { StatusPage } from '../../domain/status-page.js';
import type { StatusOptions } from '../public-options.js';
import type { Exchange } from '../server/exchange.js';

/** Where not all pages are known, one that was not found may exist. */
export function refuseUnknownPage(published: PublishedPages, exchange: Exchange): void {
  exchange.refuse(published.areKnown ? 'HEARTBEAT_NO_SUCH_STATUS_PAGE' : 'HEARTBEAT_NOT_READY');
}

const NONE: readonly StatusPage[] = [];

/** The pages that are public: those of the configuration, and those that were made through the API under other names. */
export class PublishedPages {
  readonly #daemon: Pick<Daemon, 'serving' | 'statusPages'>;
  readonly #options: () => StatusOptions;
  /** The last ones that could be read. */
  #made: readonly StatusPage[] = NONE;
  #merged: { readonly configured: readonly StatusPage[]; readonly made: readonly StatusPage[] } | undefined;
  #all: readonly StatusPage[] = NONE;

  constructor(daemon: Pick<Daemon, 'serving' | 'statusPages'>, options: () => StatusOptions) {
    this.#daemon = daemon;
    this.#options = options;
  }

  /** Where people reach the daemon; null where that is not said. */
  get publicUrl(): string | null {
    return this.#options().publicUrl;
  }

  /** The array stays the same until a page changes. */
  get all(): readonly StatusPage[] {
    const { pages: configured } = this.#options();
    if (this.areKnown) this.#made = this.#daemon.statusPages.pages;
    const made = this.#made;
    if (this.#merged?.configured !== configured || this.#merged.made !== made) {
      this.#merged = { configured, made };
      const others = made.filter(({ slug }) => configured.every((page) => page.slug !== slug));
      this.#all = others.length === 0 ? configured : [...configured, ...others];
    }
    return this.#all;
  }

  /** Whether there may be no others: false while the daemon starts, and while their store is elsewhere. */
  get areKnown(): boolean {
    try {
      return this.#daemon.serving && Array.isArray(this.#daemon.statusPages.pages);
    } catch {
      return false;
    }
  }

  /** @returns undefined if there is none of this name, as far as is known */
  named(slug: string): StatusPage | undefined {
    return this.all.find((page) => page.slug === slug);
  }

  isConfigured(slug: string): boolean {
    return this.#options().pages.some((page) => page.slug === slug);
  }
}
