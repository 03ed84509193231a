import {
  createContext,
  createElement,
  useContext,
  useEffect,
  useState,
  type ReactElement,
  type ReactNode,
} from 'react';
import type { Client } from '../browser/client.js';
import { NOBODY, observePresence, type Presence } from '../browser/presence.js';
import type { Status, UserId } from '../browser/types.js';

export type { Presence } from '../browser/presence.js';

/** Null outside of a provider. */
const Context = createContext<Client | undefined | null>(null);

export interface HeartbeatProviderProps {
  /** What `connect` has returned; undefined as long as it was not called, as on a server. */
  readonly client: Client | undefined;
  readonly children?: ReactNode;
}

/** Gives the client to the hooks of the components in it. */
export function HeartbeatProvider({ client, children }: HeartbeatProviderProps): ReactElement {
  return createElement(Context.Provider, { value: client }, children);
}

/**
 * The client of the provider.
 *
 * @throws Error outside of a provider
 */
export function useHeartbeat(): Client | undefined {
  const client = useContext(Context);
  if (client === null) throw new Error('there is no <HeartbeatProvider> around this component');
  return client;
}

/**
 * Watches users as long as the component is mounted.
 *
 * @param ids may be another array in each render: what counts is who is in it
 * @throws Error outside of a provider
 */
export function usePresence(ids: Iterable<UserId>): Presence {
  const client = useHeartbeat();
  const [presence, setPresence] = useState(NOBODY);
  const key = JSON.stringify(Array.from(ids, String));
  useEffect(() => {
    if (client === undefined) return setPresence(NOBODY);
    return observePresence(client, JSON.parse(key) as string[], setPresence);
  }, [client, key]);
  return presence;
}

/**
 * The status of this page: `online` once the daemon has said so.
 *
 * @throws Error outside of a provider
 */
export function useStatus(): Status {
  const client = useHeartbeat();
  const [status, setStatus] = useState<Status>('offline');
  useEffect(() => {
    setStatus(client?.status ?? 'offline');
    return client?.on('status', setStatus);
  }, [client]);
  return status;
}
