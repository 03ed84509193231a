import type { UserId } from '../types.js';

/** What is used of the browser. */
interface Root {
  innerHTML: string;
}

declare class HTMLElement {
  attachShadow(options: { readonly mode: 'open' }): Root;
  getAttribute(name: string): string | null;
  setAttribute(name: string, value: string): void;
  toggleAttribute(name: string, force: boolean): boolean;
}
declare const customElements: { define(name: string, element: typeof HTMLElement): void };

/** What is used of the client. */
interface Watching {
  watch(users: Iterable<UserId>): {
    readonly stale: boolean;
    get(id: UserId): { readonly status: string } | undefined;
    on(name: 'join' | 'leave' | 'sync', listener: () => void): () => void;
    close(): void;
  };
  on(name: 'status', listener: () => void): () => void;
}

const STYLE = `<style>
:host { display: inline-block; width: 0.7em; height: 0.7em; border-radius: 50%; background: #a8a8a8 }
:host([status='online']) { background: #2da44e }
:host([stale]) { opacity: 0.5 }
</style>`;

/**
 * Defines `<presence-dot user="7">`: a dot that is green while the user is online, and pale while that may be wrong. Its
 * attributes `status` and `stale` say the same to your own style.
 *
 * @param heartbeat what `connect` has returned
 */
export function definePresenceDot(heartbeat: Watching, name = 'presence-dot'): void {
  class PresenceDot extends HTMLElement {
    static readonly observedAttributes = ['user'];
    #stop: (() => void) | undefined;

    constructor() {
      super();
      this.attachShadow({ mode: 'open' }).innerHTML = STYLE;
    }

    connectedCallback(): void {
      this.#watch();
    }

    attributeChangedCallback(): void {
      // Not yet, for one that is not in the page.
      if (this.#stop !== undefined) this.#watch();
    }

    disconnectedCallback(): void {
      this.#stop?.();
      this.#stop = undefined;
    }

    #watch(): void {
      this.#stop?.();
      const user = this.getAttribute('user') ?? '';
      const watch = heartbeat.watch([user]);
      const show = (): void => {
        const status = watch.get(user)?.status ?? 'offline';
        this.setAttribute('status', status);
        this.setAttribute('title', status);
        this.toggleAttribute('stale', watch.stale);
      };
      for (const change of ['join', 'leave', 'sync'] as const) watch.on(change, show);
      const stopListening = heartbeat.on('status', show);
      this.#stop = () => {
        stopListening();
        watch.close();
      };
      show();
    }
  }
  customElements.define(name, PresenceDot);
}
