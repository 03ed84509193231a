import { alertsInEnglish } from './en-alerts.js';
import { supervisionInEnglish } from './en-supervision.js';
import { usersInEnglish } from './en-users.js';
import { alertingInEnglish } from './en-alerting.js';
import { nodeInEnglish } from './en-node.js';
import { statusInEnglish } from './en-status.js';

const count = new Intl.NumberFormat('en');

/** What the dashboard says, in English. Every other language has the same keys. */
export const en = {
  ...usersInEnglish,
  ...alertsInEnglish,
  ...supervisionInEnglish,
  ...alertingInEnglish,
  ...nodeInEnglish,
  ...statusInEnglish,

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
  someInactive: (n: number) => (n === 1 ? '1 node is inactive' : `${count.format(n)} nodes are inactive`),
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
  notStoring: 'Ready, but not storing everything',
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
  firstSteps: 'First steps',
  firstIntro: 'Paste these lines into a terminal. Each lights up when its request has arrived.',
  firstHeal: 'A user comes online',
  firstHealMeans:
    'The user stays online for a few seconds. An app sends this line again and again while it is open.',
  firstHeartbeat: 'A node sends a heartbeat',
  firstHeartbeatMeans:
    'The node is registered with the settings of the configuration, and fails if nothing follows.',
  firstPing: 'A job pings',
  firstPingMeans:
    'For cron jobs: the job is registered, and expected once a day until you choose a schedule. Without keys, any word will do for the ping key.',
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
  keyHint:
    'A key with the scope “read”, or “admin” to change things. The command “heartbeat keys new” makes one.',
  keyKept: 'It stays in this tab, and is forgotten when the tab is closed. It is sent to this daemon only.',
  signIn: 'Sign in',
  signInAt: (provider: string) => `Sign in with ${provider}`,
  signOut: 'Sign out',
  signInKept: 'A cookie that no script can read keeps this browser signed in, until you sign out.',
  signInNot: (sentence: string) => `The key works here, but this browser cannot stay signed in: ${sentence}.`,
  signInElsewhere: 'To stay signed in, use the address of the daemon:',
  keyUse: 'Use this key',
  keyForget: 'Forget the key',
  keyRefused: (sentence: string) => `The daemon refused it: ${sentence}`,
  keyOf: (name: string) => `Key: ${name}`,
  signedInAs: (name: string) => `Signed in as ${name}`,
  readOnly: 'read only',
  checking: 'Checking …',

  // What went wrong.
  errorTitle: 'This could not be read',
  errorOld: 'Showing the last data that was read.',
  errorRetry: 'The page tries again by itself.',
  notFoundTitle: 'There is no such view',
  notFoundText: 'The address may be mistyped.',
  toOverview: 'Go to the overview',

  // The nodes.
  all: 'All',
  byState: 'By state',
  searchNodes: 'Search names and labels',
  label: 'Label',
  labels: 'Labels',
  anyLabel: 'Any label',
  sortBy: 'Sort by',
  sortByName: 'By name',
  sortByState: 'Worst first',
  sortBySince: 'Last change first',
  nodesShown: (shown: number, of: number) =>
    shown === of ? count.format(of) : `${count.format(shown)} of ${count.format(of)}`,
  readingNodes: (n: number) => `Reading ${count.format(n)} nodes …`,
  noNodesYet: 'No node is registered. The first heartbeat of a name registers it.',
  noNodeFits: 'No node fits. Take a word or a filter away.',
  stripLabel: (parts: string) =>
    parts === '' ? 'Active in the last 6 hours' : `In the last 6 hours: ${parts}`,
  unknownNode: 'No node has this name. It may have been deleted.',
  toNodes: 'All nodes',

  // One node.
  now: 'Now',
  lastHeartbeat: 'Last heartbeat',
  never: 'never',
  agoBefore: '',
  agoAfter: ' ago',
  nextDeadline: 'Next deadline',
  expects: 'Expects',
  within: (duration: string) => `a heartbeat within ${duration}`,
  everyInterval: (duration: string) => `a heartbeat every ${duration}`,
  adaptive: 'learnt from its heartbeats',
  retriesOf: (n: number) => (n === 1 ? '1 may be missed' : `${count.format(n)} may be missed`),
  graceOf: (duration: string) => `then ${duration} of grace`,
  runSince: 'Job started',
  lastRun: 'Last run took',
  acknowledged: 'Acknowledged',
  pausedUntil: 'Paused until',
  cause: 'Because of',
  maintenance: 'Maintenance',
  until: 'until',
  dependsOn: 'Depends on',
  noChannels: 'none',
  pingUrl: 'URL to ping. Whoever knows it can ping.',
  uptime: 'Uptime',
  uptimeByDay: 'Uptime by day, the oldest first',
  inDays: (n: number) => (n === 1 ? 'in the last day' : `in the last ${count.format(n)} days`),
  notWatched: 'not watched',
  today: 'Today',
  incidents: 'Incidents',
  noIncidents: 'It has not failed in this time.',
  ofAll: (shown: number, of: number) => `the last ${count.format(shown)} of ${count.format(of)}`,
  stillFailed: 'still failed',
  causeSilence: 'no heartbeat',
  causeHeartbeat: 'heartbeat',
  causeReport: 'reported by itself',
  flips: 'Changes of state',
  noFlips: 'Its state has not changed since it was registered.',
  blindFor: (duration: string) => `the daemon was blind for ${duration}`,
  pings: 'Pings',
  took: (duration: string) => `took ${duration}`,
  bytes: (n: string) => `${n} bytes`,
  exitStatus: (status: number) => `Exit ${status}`,
  pingSuccess: 'Success',
  pingStart: 'Start',
  pingFail: 'Failure',
  pingLog: 'Log',

  // What can be done.
  acknowledge: 'Acknowledge',
  unacknowledge: 'Take acknowledgement back',
  pause: 'Pause',
  resume: 'Resume',
  silence: 'Silence',
  deleteNode: 'Delete',
  cancel: 'Cancel',
  yourName: 'Your name',
  reason: 'Reason',
  howLong: 'For how long',
  untilResumed: 'until somebody resumes it',
  acknowledgeOf: (node: string) => `Acknowledge the failure of ${node}`,
  acknowledgeMeans:
    'Others see that you take care of it, and nobody is reminded. It ends when the node recovers.',
  pauseOf: (node: string) => `Pause ${node}`,
  pauseMeans: 'It is not watched, and nobody is alerted, until the pause ends.',
  silenceOf: (node: string) => `Silence ${node}`,
  silenceMeans: 'It is watched on, and its failures are told when the silence ends.',
  deleteOf: (node: string) => `Delete ${node}?`,
  deleteMeans:
    'The node and its history are deleted for good. If it sends another heartbeat, it is registered anew.',
};

export type Messages = typeof en;
