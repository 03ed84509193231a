/**
 * A page with the client. Its query has `url`, `user`, the users to `watch`, and perhaps `share=no` or `socket=no`. What it
 * is told is in `told`, and what it shows in `seen()`. It asks `fetchToken` for tokens, if a test has given one.
 */
export const PRESENCE_PAGE = `<!doctype html><title>Presence</title><script type="module">
  const { user, url, watch, share, socket } = Object.fromEntries(new URLSearchParams(location.search));
  // The client looks for it when it is loaded.
  if (socket === 'no') delete window.WebSocket;
  const { connect } = await import('/client/index.js');
  const told = (window.told = []);
  window.heartbeat = connect({
    url,
    user,
    token: window.fetchToken && (() => window.fetchToken(user)),
    share: share !== 'no',
  });
  heartbeat.on('status', (status) => told.push(status));
  heartbeat.on('error', (error) => told.push('error ' + error.code));
  const friends = (window.friends = heartbeat.watch(watch.split(',')));
  for (const name of ['join', 'leave', 'update'])
    friends.on(name, (user) => told.push(name + ' ' + user.id + ' ' + user.devices.length));
  window.seen = () => ({
    status: heartbeat.status,
    stale: friends.stale,
    online: Object.fromEntries(friends.list().map(({ id, devices }) => [id, devices.length])),
  });
</script>`;

/** What a page shows. */
export interface Seen {
  readonly status: string;
  readonly stale: boolean;
  /** How many devices they have. */
  readonly online: Readonly<Record<string, number>>;
}
