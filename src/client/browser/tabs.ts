import type { Cancel, Environment } from './environment.js';
import { randomName } from './device-name.js';
import { sendUnwatch } from './frames.js';
import type { OpenTransport, SentFrame, ServerFrame, Transport, TransportEvents } from './transport.js';
import type { User } from './types.js';
import { ABORT_ERR, ASK_AGAIN, GOODBYE_WITHIN, HANGS_AFTER } from './limits.js';

/** What is asked of the tab with the connection. `gone` comes from that tab itself. */
type Call = SentFrame | { readonly type: 'hello' | 'gone' };
interface Message {
  readonly from: string;
  readonly call?: Call;
  /** What that tab broadcasts to all others. */
  readonly frame?: ServerFrame;
}

/** What a tab uses of the connection. */
interface TabState {
  readonly users: Set<string>;
  /** Whether it has a device that has said no goodbye. */
  isHere: boolean;
}

/** How tabs share a connection. */
export interface Sharing {
  /** Opens the connection, or uses that of another tab. */
  open(events: TransportEvents, open: OpenTransport): Transport;
  close(): void;
}

/**
 * One connection for all tabs: that of the tab that holds a lock, the leader. However it ends, the browser gives the lock
 * to another tab. A leader that does not answer loses it.
 *
 * @param begin called once a transport may be opened, and whenever this tab needs another one
 * @returns undefined where the browser cannot do that
 */
export function shareConnection(env: Environment, scope: string, begin: () => void): Sharing | undefined {
  // Tabs of an older client may be open, too: another number if they would not understand each other.
  const name = `heartbeat 1 ${scope}`;
  const id = randomName(env);
  /** Other tabs whose end this one waits for. */
  const watchedTabs = new Set<string>();
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  let isClosed = false;
  /** Whether others can notice the end of this tab. */
  let isHeld = false;
  let isLeader = false;
  /** Whether the leader's connection can be used. */
  let isUp = false;
  let take: ((from: string, call: Call) => void) | undefined;
  let hear: ((from: string, frame: ServerFrame) => void) | undefined;

  const channel = env.channel(name);
  if (!channel) return undefined;
  channel.onmessage = ({ data }) => {
    // The tabs of an origin trust each other.
    const { from, call, frame } = data as Message;
    if (isClosed) return;
    if (!isLeader) {
      if (frame) hear?.(from, frame);
    } else if (call) {
      watchTab(from);
      take?.(from, call);
      if (call.type === 'hello') post({ frame: { type: isUp ? 'up' : 'down' } });
    }
  };

  function post(message: Omit<Message, 'from'>): void {
    if (!isClosed) channel?.postMessage({ from: id, ...message });
  }

  /** @param held see `Environment.lock`; it is not called once this is closed */
  function hold(lock: string, steal: boolean, held: () => Promise<void> | undefined): void {
    env
      .lock(lock, steal, () => (isClosed ? undefined : held()))
      .catch((error: unknown) => {
        const isStolen = (error as { readonly code?: unknown }).code === ABORT_ERR;
        // A page that may have no locks has its own connection.
        if (isClosed || isLeader !== isStolen) return;
        isLeader = !isStolen;
        isHeld = true;
        if (isStolen) lead(false);
        begin();
      });
  }

  function lead(steal: boolean): void {
    hold(name, steal, () => {
      isLeader = true;
      if (isHeld) begin();
      return ended;
    });
  }

  /** A tab holds its own lock until it is gone, however it ends. */
  function watchTab(tab: string): void {
    if (watchedTabs.has(tab)) return;
    watchedTabs.add(tab);
    hold(`${name} ${tab}`, false, () => {
      env.after(GOODBYE_WITHIN, () => {
        watchedTabs.delete(tab);
        take?.(tab, { type: 'gone' });
      });
      return undefined;
    });
  }

  /** What others ask for is asked of the daemon as if it were this tab's. They hear what the daemon says, too. */
  function openOwn(events: TransportEvents, open: OpenTransport): Transport {
    const tabs = new Map<string, TabState>();
    /** Users whose state has come: the daemon does not send it again. */
    const known = new Map<string, User>();
    // Others may still use the connection of a tab that has crashed.
    post({ frame: { type: 'down' } });
    const transport = open({
      ...events,
      received(frame) {
        if (frame.type === 'users') for (const user of frame.users) known.set(user.id, user);
        broadcast(frame);
      },
    });

    function broadcast(frame: ServerFrame): void {
      events.received(frame);
      post({ frame });
    }

    function unwatch(state: TabState, users: Iterable<string>): void {
      const gone = [...users].filter(
        (user) => state.users.delete(user) && ![...tabs.values()].some((each) => each.users.has(user)),
      );
      for (const user of gone) known.delete(user);
      sendUnwatch(transport, gone);
    }

    take = (from, call) => {
      const isOwn = from === id;
      if (!isUp) {
        if (!isOwn) return;
        isUp = call.type !== 'auth';
        if (isUp) post({ frame: { type: 'up' } });
      }
      const state = tabs.get(from) ?? { users: new Set(), isHere: false };
      tabs.set(from, state);
      switch (call.type) {
        case 'hello':
          return unwatch(state, state.users);
        case 'gone':
          tabs.delete(from);
          unwatch(state, state.users);
          // Only the end of a connection makes the daemon forget a device without ending it.
          if (state.isHere) events.closed();
          return;
        case 'unwatch':
          return unwatch(state, call.users);
        case 'watch':
          for (const user of call.users) state.users.add(user);
          broadcast({ type: 'users', users: call.users.flatMap((user) => known.get(user) ?? []) });
          break;
        case 'heal':
        case 'goodbye':
          state.isHere = call.type === 'heal';
          break;
        case 'auth':
        case 'beat':
          if (!isOwn) return broadcast({ type: 'ok', ref: call.ref });
      }
      transport.send(call);
    };

    return {
      send: (frame) => take?.(id, frame),
      close() {
        transport.close();
        take = undefined;
        isUp = false;
        post({ frame: { type: 'down' } });
      },
    };
  }

  function openShared(events: TransportEvents): Transport {
    let leader: string | undefined;
    let cancel: Cancel | undefined;

    function ask(): void {
      if (isHeld) post({ call: { type: 'hello' } });
      cancel = env.after(HANGS_AFTER, () => lead(true));
    }

    hear = (from, frame) => {
      if (!leader) {
        cancel?.();
        if (frame.type === 'up') {
          leader = from;
          events.opened();
        } else cancel = env.after(ASK_AGAIN, ask);
      } else if (frame.type === 'down') return events.closed();
      else if (from !== leader) return;
      events.received(frame);
    };
    ask();
    return {
      send: (call) => post({ call }),
      close: () => cancel?.(),
    };
  }

  lead(false);
  hold(`${name} ${id}`, false, () => {
    isHeld = true;
    begin();
    return ended;
  });
  return {
    open: (events, open) => (isLeader ? openOwn(events, open) : openShared(events)),
    close() {
      isClosed = true;
      end();
      channel.close();
    },
  };
}
