import type { Environment } from './environment.js';
import type { Link, LinkEvents } from './link.js';

/** How tabs share a connection. */
export interface Sharing {
  /** Opens a link, or uses that of another tab. */
  link(events: LinkEvents, open: (events: LinkEvents) => Link): Link;
  close(): void;
}

/** @param lead called once this tab has to open the connection */
export type StartSharing = (env: Environment, name: string, lead: () => void) => Sharing;
