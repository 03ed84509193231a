import type { StartSharing } from '../sharing.js';
import type { TabsEnvironment } from './environment.js';
import { SharedTabs } from './shared-tabs.js';

interface MessageChannel {
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  postMessage(message: object): void;
  close(): void;
}

declare const navigator:
  | { readonly locks?: { request(name: string, held: () => Promise<void>): Promise<void> } }
  | undefined;
declare const BroadcastChannel: (new (name: string) => MessageChannel) | undefined;

const browser: TabsEnvironment = {
  newId: () => Math.random().toString(36).slice(2),
  lock(name, held) {
    void navigator?.locks?.request(name, held).catch(() => undefined);
  },
  channel(name, received) {
    if (typeof navigator !== 'object' || navigator.locks === undefined) return undefined;
    if (typeof BroadcastChannel !== 'function') return undefined;
    const channel = new BroadcastChannel(name);
    channel.onmessage = ({ data }) => received(data);
    return {
      post: (message) => channel.postMessage(message),
      close: () => channel.close(),
    };
  },
};

/** For the option `tabs` of `connect`: one connection for all tabs of an origin, where the browser can. */
export const oneConnection: StartSharing = (env, name, lead) => new SharedTabs(env, browser, name, lead);
