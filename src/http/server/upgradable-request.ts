import { IncomingMessage } from 'node:http';

/**
 * Makes requests that say themselves whether they are upgraded. Node upgrades every request that asks for it as soon as
 * anybody listens for upgrades, and then hands over the connection without the body or any later request. It looks for
 * that at the request's `upgrade`, once its head is complete.
 *
 * @param isAccepted called once for each request that asks for an upgrade
 */
export function upgradableRequest(isAccepted: (request: IncomingMessage) => boolean): typeof IncomingMessage {
  return class extends IncomingMessage {
    declare isUpgraded: boolean | undefined;
    declare asksForUpgrade: boolean | undefined;

    get upgrade(): boolean {
      if (this.asksForUpgrade !== true) return false;
      // A tunnel is refused elsewhere.
      return (this.isUpgraded ??= this.method === 'CONNECT' || isAccepted(this));
    }

    /** Node sets it for every request. */
    set upgrade(asks: boolean | null) {
      if (asks === true) this.asksForUpgrade = true;
    }
  };
}
