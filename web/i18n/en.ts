const count = new Intl.NumberFormat('en');

/** What the dashboard says, in English. Every other language has the same keys. */
export const en = {
  overview: 'Overview',
  nodes: 'Nodes',
  users: 'Users',
  alerts: 'Alerts',
  silences: 'Silences',
  channels: 'Channels',
  supervision: 'Supervision',
  apiDocs: 'API',
  skipToContent: 'Skip to content',
  mainNavigation: 'Views',

  active: 'Active',
  inactive: 'Inactive',
  failed: 'Failed',
  paused: 'Paused',

  // The line at the top.
  live: 'Live',
  connecting: 'Connecting …',
  stale: 'Stale',
  staleTitle: 'The daemon does not answer.',
  staleSince: (time: string) =>
    `What you see is from ${time} and may be wrong. The page tries again by itself.`,
  staleNothing: 'There is nothing to show yet. The page tries again by itself.',
  startingTitle: 'The daemon is starting.',
  starting: 'It restores its sessions, and answers in a moment. The page tries again by itself.',
  retryNow: 'Try now',

  // The overview.
  usersOnline: 'Users online',
  chartSince: 'since this page was opened at',
  usersChart: (now: string, least: string, most: string) =>
    `Users online since this page was opened: ${now} now, from ${least} to ${most}`,
  usersCount: (n: number) =>
    n === 0 ? 'Nobody is online' : n === 1 ? '1 user is online' : `${count.format(n)} users are online`,
  devices: (n: number) => (n === 1 ? 'on 1 device' : `on ${count.format(n)} devices`),
  nodesByState: 'Nodes by state',
  allNodesFine: (n: number) => (n === 1 ? 'The one node is fine' : `All ${count.format(n)} nodes are fine`),
  noNodes: 'No nodes are registered',
  someFailed: (n: number, of: number) =>
    n === 1
      ? `1 of ${count.format(of)} nodes has failed`
      : `${count.format(n)} of ${count.format(of)} nodes have failed`,
  someLate: (n: number) => (n === 1 ? '1 node is late' : `${count.format(n)} nodes are late`),
  failedNodes: 'Failed nodes',
  nothingFailed: 'No node has failed.',
  failedFor: 'for',
  acknowledgedBy: (who: string) => `Acknowledged by ${who}`,
  notAcknowledged: 'Not acknowledged',
  silenced: 'silenced',
  inMaintenance: 'in maintenance',
  causedBy: (node: string) => `because ${node} has failed`,
  moreNodes: (n: number) => (n === 1 ? '1 more' : `${count.format(n)} more`),
  alertsUnderWay: 'Alerts under way',
  noAlertsUnderWay: 'Nothing waits for delivery.',
  deadLetters: (n: number) =>
    n === 1 ? '1 alert could not be delivered' : `${count.format(n)} alerts could not be delivered`,
  atLeastDeadLetters: (n: number) => `${count.format(n)} or more alerts could not be delivered`,
  pending: 'pending',
  held: 'held',
  attempts: (n: number) => (n === 1 ? '1 attempt' : `${count.format(n)} attempts`),
  blindIntervals: 'Blind intervals',
  blindExplained:
    'Times in which the daemon could hear nobody. Nobody was declared offline or failed because of them.',
  noBlindIntervals: 'None are recorded.',
  stalled: 'the daemon stood still',
  restarted: 'the daemon was restarted',
  daemon: 'Daemon',
  ready: 'Ready',
  unready: 'Not ready',
  condition: 'Condition',
  upFor: 'Running for',
  store: 'Store',
  storeOk: 'accepts writes',
  memory: 'Memory',
  ofLimit: (used: string, limit: string) => `${used} of ${limit}`,
  memoryShort: 'short: new users and nodes are refused',
  restarts: 'Restarts of actors',
  andMore: 'and more',
  unknown: 'unknown',

  // The first start.
  firstTitle: 'Nothing reports to this daemon yet',
  firstIntro: 'Paste these lines into a terminal. Each lights up when its request has arrived.',
  firstHeal: 'A user comes online',
  firstHealMeans:
    'The user stays online for a few seconds. An app sends this line again and again while it is open.',
  firstHeartbeat: 'A node sends a heartbeat',
  firstHeartbeatMeans:
    'The node is registered with the settings of the configuration, and fails if nothing follows.',
  firstPing: 'A job pings',
  firstPingMeans:
    'For cron jobs: the job is registered, and expected once a day until you choose a schedule.',
  firstPingWithKeys:
    'After the heartbeat, each node has a URL of its own to ping. It is shown here once there is a node.',
  firstKey: 'Put a key with the scopes of the line in place of $HEARTBEAT_KEY.',
  firstDone: 'All three have arrived. This is what you watch from now on.',
  arrived: 'Arrived',
  waiting: 'Waiting',
  copy: 'Copy',
  copied: 'Copied',
  hideGuide: 'Hide these lines',

  // The key.
  keyTitle: 'This daemon needs a key',
  keyLabel: 'Key',
  keyHint: 'A key with the scope read, or admin to change things. heartbeat keys new makes one.',
  keyKept: 'It stays in this tab, and is forgotten when the tab is closed. It is sent to this daemon only.',
  keyUse: 'Use this key',
  keyForget: 'Forget the key',
  keyRefused: (sentence: string) => `The daemon refused it: ${sentence}`,
  keyOf: (name: string) => `Key: ${name}`,
  readOnly: 'read only',
  checking: 'Checking …',

  // What went wrong.
  errorTitle: 'This could not be read',
  errorRetry: 'The page tries again by itself.',
  notFoundTitle: 'There is no such view',
  notFoundText: 'The address may be mistyped.',
  toOverview: 'Go to the overview',
};

export type Messages = typeof en;
