/**
 * Tests of the published types. This file is only compiled: `npm run types` fails if a type is
 * not as stated here, or accepts what it should refuse.
 */
import {
  type AdaptiveTimeout,
  type CronSchedule,
  type IntervalSchedule,
  BaseNotifier,
  createHeartbeat,
  Emitter,
  Heartbeat,
  HeartbeatError,
  Node,
  NotifyError,
  GoogleChatNotifier,
  MattermostNotifier,
  MqttNotifier,
  RedisNotifier,
  RocketChatNotifier,
  SlackNotifier,
  Tracker,
  type Acknowledged,
  type AlertDelivery,
  type AlertDescription,
  type AlertFilter,
  type BatchResult,
  type CheckedUp,
  type CheckedUser,
  type CheckupField,
  type CheckupOptions,
  type DeviceOfUser,
  type DeviceOptions,
  type Acknowledgement,
  type AlertMessage,
  type AlertNotification,
  type Attempt,
  type EmitterReport,
  type HeartbeatInstance,
  type NodeChanged,
  type FlipsRange,
  type NodeCounts,
  type NodeRegistration,
  type NodeUptime,
  type UptimeRange,
  type NodeIncident,
  type NodesUptimeReport,
  type NodeUptimeReport,
  type UptimePeriod,
  type UptimeReportFilter,
  type UptimeReportRange,
  type NodeDescription,
  type NodeRhythm,
  type Nodes,
  type NotifierList,
  type Probe,
  type Seconds,
  type UserCallback,
  type UserChanged,
  type OnlineUser,
  type Stats,
  type UserCounts,
  type UserDevice,
  type UserIdLike,
  type UserDescription,
  type Users,
  type UserSession,
  type UserStatus,
} from '@heartbeatd/heartbeat';

type Same<One, Other> =
  (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false;

/** Compiles only if the type is `true`. */
function holds<_Claim extends true>(): void {
  // Nothing to do at run time.
}

// Instances.
holds<Same<ReturnType<typeof createHeartbeat>, Promise<HeartbeatInstance>>>();
holds<Same<HeartbeatInstance['url'], string | undefined>>();
holds<Same<HeartbeatInstance['nodes'], Nodes>>();
holds<Same<Awaited<ReturnType<Nodes['get']>>, NodeDescription | undefined>>();
holds<Same<NodeDescription['lastHeartbeat'], Date | undefined>>();
holds<Same<NodeDescription['timeout'], Seconds | AdaptiveTimeout | undefined>>();
holds<Same<NodeDescription['schedule'], CronSchedule | IntervalSchedule | undefined>>();
holds<Same<NodeDescription['nextExpected'], Date | undefined>>();
holds<Same<NodeDescription['rhythm'], NodeRhythm | undefined>>();
void createHeartbeat({ dataDir: './data', timeout: 30, http: { port: 0 }, logger: console });
void createHeartbeat({ sessionTimeout: 7 });
// A duration is a plain number of seconds, in arguments and results.
holds<number extends Seconds ? true : false>();
holds<Seconds extends number ? true : false>();
void createHeartbeat({ http: true, nodes: { 'db-1': { timeout: 5, probe: { tcp: 'db-1:5432' } } } });
// @ts-expect-error -- durations are numbers of seconds
void createHeartbeat({ timeout: '30s' });
// @ts-expect-error -- there is no such option
void createHeartbeat({ dataDirectory: './data' });

// Users.
holds<Same<ReturnType<Users['get']>, Promise<UserDescription>>>();
holds<Same<ReturnType<Users['healMany']>, Promise<BatchResult>>>();
holds<Same<ReturnType<Users['checkupMany']>, Promise<CheckedUp>>>();
holds<Same<ReturnType<Users['counts']>, Promise<UserCounts>>>();
holds<Same<ReturnType<Users['list']>, AsyncGenerator<OnlineUser>>>();
holds<Same<Parameters<Users['checkupMany']>[1], CheckupOptions | undefined>>();
holds<Same<NonNullable<CheckupOptions['fields']>, readonly CheckupField[]>>();
holds<Same<CheckedUser['devices'], readonly UserDevice[] | undefined>>();
holds<Same<Parameters<Users['healMany']>[0], Iterable<UserIdLike | DeviceOfUser>>>();
holds<Same<DeviceOfUser['device'], DeviceOptions['device']>>();
holds<Same<ReturnType<HeartbeatInstance['stats']>, Promise<Stats>>>();
holds<Same<UserSession['onlineAt'], Date>>();
holds<Same<UserDescription['status'], UserStatus>>();
holds<Same<ReturnType<Nodes['counts']>, Promise<NodeCounts>>>();
holds<Same<ReturnType<HeartbeatInstance['alerts']>, AsyncGenerator<AlertDescription>>>();
holds<Same<AlertDelivery['lastAttempt'], Date | undefined>>();
holds<Same<Parameters<HeartbeatInstance['alerts']>[0], AlertFilter | undefined>>();
holds<Same<ReturnType<HeartbeatInstance['redeliver']>, Promise<string>>>();
holds<Same<ReturnType<HeartbeatInstance['testChannel']>, Promise<string>>>();
holds<Same<ReturnType<HeartbeatInstance['metrics']>, Promise<string>>>();
holds<Same<HeartbeatInstance['unready' | 'notStoring'], readonly string[]>>();
holds<Same<Parameters<Nodes['uptime']>[1], UptimeRange | undefined>>();
holds<Same<ReturnType<Nodes['uptime']>, Promise<NodeUptime>>>();
holds<Same<Parameters<Nodes['uptimeReport']>[1], UptimeReportRange | undefined>>();
holds<Same<ReturnType<Nodes['uptimeReport']>, Promise<NodeUptimeReport>>>();
holds<Same<Parameters<Nodes['uptimeReportOf']>[0], UptimeReportFilter | undefined>>();
holds<Same<ReturnType<Nodes['uptimeReportOf']>, Promise<NodesUptimeReport>>>();
holds<Same<NodeUptimeReport['days'][number], UptimePeriod>>();
holds<Same<NodeUptimeReport['incidents'][number], NodeIncident>>();
holds<Same<Parameters<Nodes['flips']>[1], FlipsRange | undefined>>();
holds<Same<Parameters<Nodes['register']>[1], NodeRegistration | undefined>>();
holds<Same<NodeRegistration['maxRetries'], number | null | undefined>>();
holds<Same<NodeUptime['from'], Date>>();
holds<Same<ReturnType<HeartbeatInstance['supervision']>, Promise<object>>>();
holds<Same<ReturnType<HeartbeatInstance[typeof Symbol.asyncDispose]>, Promise<void>>>();
const greet: UserCallback = ({ id, status, at }: UserChanged) =>
  `${id} is ${status} since ${at.toISOString()}`;
holds<Same<ReturnType<HeartbeatInstance['onOnline']>, () => void>>();

// The default instance.
Heartbeat.setup((config) => {
  config.nodes = {};
  config.timeout = 30;
  config.notifiers = [
    new SlackNotifier('https://slack.example'),
    new RedisNotifier('redis://localhost', 'alerts'),
    new MqttNotifier('mqtt://localhost', 'alerts'),
    new MattermostNotifier('https://chat.example/hooks/1'),
    new RocketChatNotifier('https://rocket.example/hooks/1/2'),
    new GoogleChatNotifier('https://chat.googleapis.com/v1/spaces/A/messages'),
  ];
  config.notifiers.push(new SlackNotifier('https://slack.example'));
  config.logger.level = 'info';
  config.maxConcurrent = 4;
  config.batchSizeThresholds = { small: 500, medium: 1000, large: 5000 };
  // @ts-expect-error -- an object without `notify` is no notifier
  config.notifiers = [{}];
});
holds<Same<typeof Heartbeat.notifiers, NotifierList>>();
Heartbeat.onFailure((node) => {
  holds<Same<typeof node, Node>>();
  holds<Same<typeof node.state, 'active' | 'inactive' | 'failed'>>();
});
holds<Same<ReturnType<typeof Heartbeat.onRecovery>, () => void>>();
Heartbeat.onOnline(greet);
Heartbeat.onOffline(greet);
holds<Same<ReturnType<typeof Heartbeat.alerts>, AsyncGenerator<AlertDescription>>>();
// @ts-expect-error -- a Redis notifier needs a channel
new RedisNotifier('redis://localhost');
// @ts-expect-error -- and one of MQTT a topic
new MqttNotifier('mqtt://localhost');

// Nodes and trackers.
const tracker = new Tracker();
const node = new Node('db-1', { maxRetries: 2, labels: { zone: 'a' } });
holds<Same<ReturnType<typeof tracker.registerNode>, Promise<Node>>>();
holds<Same<ReturnType<typeof tracker.checkForTimeouts>, Promise<NodeChanged[]>>>();
holds<Same<ReturnType<typeof node.updateHeartbeat>, Promise<void>>>();
// On call.
const care: Acknowledgement = { by: 'ann', reason: 'a disk is being changed' };
holds<Same<ReturnType<typeof node.acknowledge>, Promise<void>>>();
holds<Same<typeof node.acknowledged, Acknowledged | undefined>>();
holds<Same<Acknowledged['at'], Date>>();
holds<Same<typeof node.paused, boolean>>();
for (const call of [node.pause(), node.resume(), node.fail(), node.acknowledge(care)]) void call;
for (const one of [node, 'db-1'])
  void [
    tracker.pauseNode(one),
    tracker.resumeNode(one),
    tracker.failNode(one),
    tracker.acknowledgeNode(one, care),
  ];
holds<Same<ReturnType<Nodes['acknowledge']>, Promise<NodeDescription>>>();
holds<Same<NodeDescription['dependsOn'], readonly string[]>>();
holds<Same<NodeDescription['causedBy'], string | undefined>>();
new Node('web', { dependsOn: ['switch', 'power'], timeout: { adaptive: true, min: 2, max: 60 } });
// @ts-expect-error -- an adaptive timeout needs its bounds
new Node('web', { timeout: { adaptive: true } });
// @ts-expect-error -- a list is required
new Node('web', { dependsOn: 'switch' });
void node.acknowledge({ by: 'ann', until: new Date() });
// @ts-expect-error -- `by` is required
void node.acknowledge({ reason: 'a disk is being changed' });
// @ts-expect-error -- an end is a Date
void node.acknowledge({ by: 'ann', until: 5 });
holds<Same<ReturnType<typeof node.unacknowledge>, Promise<void>>>();
holds<Same<ReturnType<typeof tracker.unacknowledgeNode>, Promise<void>>>();
holds<Same<ReturnType<Nodes['unacknowledge']>, Promise<NodeDescription>>>();
holds<Same<Acknowledged['until'], Date | undefined>>();

// @ts-expect-error -- the state of a node is read-only
node.state = 'failed';
// @ts-expect-error -- labels are strings
new Node('db-1', { labels: { zone: 1 } });

// Emitters.
const emitter = new Emitter(tracker, { interval: 5, onProbeFailure: 'report' });
holds<Same<ReturnType<typeof emitter.stopHeartbeat>, Promise<EmitterReport | undefined>>>();
new Emitter('http://127.0.0.1:3519', {
  nodes: [
    'db-1',
    new Node('web', { dependsOn: ['db-1'] }),
    {
      name: 'api',
      timeout: 5,
      labels: { zone: 'a' },
      probe: { http: 'http://api/', every: 10, expect: { status: 204, maxMs: 500 } },
    },
  ],
});
const probes: readonly Probe[] = [
  () => true,
  async (signal) => fetch('http://api/', { signal }),
  { tcp: 'db-1:5432' },
  { command: ['pg_isready'], exitCode: 0 },
];
void probes;
// @ts-expect-error -- it must be skip or report
new Emitter(tracker, { onProbeFailure: 'ignore' });

// Notifiers of one's own.
class Own extends BaseNotifier {
  override async notify(alert: AlertNotification, { signal, attempt }: Attempt): Promise<void> {
    holds<Same<typeof attempt, number>>();
    holds<Same<typeof alert.at, Date>>();
    if (signal.aborted) throw new NotifyError('too late', { permanent: true, retryAfter: 5 });
    await Promise.resolve(alert.node?.name);
  }
}
void createHeartbeat({
  notifiers: [new Own(), { notifier: new Own(), name: 'own', attemptTimeout: 5, retry: { minDelay: 1 } }],
});
void createHeartbeat({
  remindEvery: 3600,
  notifiers: [
    { notifier: new Own(), after: 900, match: { labels: { team: 'web', env: ['prod', 'test'] } } },
    { notifier: new Own(), name: 'own', match: [{ types: ['mass_failure'] }], fallback: 'Own' },
  ],
});
void createHeartbeat({
  notifiers: [
    {
      notifier: new RedisNotifier('redis://localhost', 'presence'),
      events: ['user.online', 'user.offline'],
      match: [{ users: [1, 7] }, { types: ['user.offline'], users: 'tenant1:' }],
    },
  ],
});
// @ts-expect-error -- there is no such type of alert
void createHeartbeat({ notifiers: [{ notifier: new Own(), match: { types: ['node.faild'] } }] });
// @ts-expect-error -- options of a program are in camelCase
void createHeartbeat({ notifiers: [{ notifier: new Own(), attempt_timeout: 5 }] });
// A module in a configuration gets the body of a webhook, and is no notifier of a program.
class Module extends BaseNotifier<AlertMessage> {
  override async notify(alert: AlertMessage): Promise<void> {
    await Promise.resolve(alert.at_ms);
  }
}
// @ts-expect-error -- it gets something else
void createHeartbeat({ notifiers: [new Module()] });
// @ts-expect-error -- `notify` is missing
class Silent extends BaseNotifier {}
void Silent;

const error = new HeartbeatError('HEARTBEAT_UNKNOWN_NODE', 'unknown node');
holds<Same<typeof error.retryable, boolean>>();
