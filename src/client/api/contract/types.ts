// Made by scripts/client-contract.ts from the contract that the daemon serves. Do not edit it.
import type { When } from '../when.js';

/** An id of a user that is sent. A number must be a safe integer. */
export type UserIdLike = string | number | bigint;

export type Acknowledgement = {
  /** Who takes care of the failure. */
  readonly by: string;
  /** Absent if none was given. */
  readonly reason?: string;
  readonly at: Date;
  /** When it ends by itself. Absent if it has no end. */
  readonly until?: Date;
};

export type ActiveNode = {
  readonly name: string;
  readonly state: 'active';
};

/** A timeout that is learnt from the intervals between heartbeats. Durations in seconds. */
export type AdaptiveTimeout = {
  readonly adaptive: true;
  /** The shortest timeout, however regular the heartbeats are. */
  readonly min: number;
  /** The longest timeout, however irregular the heartbeats are. It is also the first one. */
  readonly max: number;
  /** The φ at which a silence counts as a miss. Default: 8. */
  readonly threshold?: number;
};

export type Alert = {
  readonly id: string;
  readonly type: AlertType;
  readonly at: Date;
  readonly node: string | null;
  /** Seconds, to a millisecond. */
  readonly blindSeconds: number;
  readonly message: string;
  /** The reason that the node gave for the failure. */
  readonly reason?: string;
  /** The number of the reminder. */
  readonly reminder?: number;
  /** The nodes it depends on that had failed before it. */
  readonly causedBy?: string;
  /** The silences that held it, with those of maintenance windows. */
  readonly silencedBy?: readonly string[];
  readonly count?: number;
  readonly sample?: readonly string[];
  readonly nodes?: readonly string[];
  readonly alertIds?: readonly string[];
  readonly channels: Readonly<Record<string, Delivery>>;
};

export type AlertType = 'node.failed' | 'node.reported_failure' | 'node.recovered' | 'node.deleted' | 'channel.closed' | 'node.inactive' | 'mass_failure' | 'test';

export type BatchAnswer = {
  readonly accepted: number;
  readonly rejected: readonly Rejection[];
};

export type Caller = {
  /** The name of the key; null while none is configured, and for people. */
  readonly key: string | null;
  /** Who it is, if a proxy or a provider says so. */
  readonly user: string | null;
  /** What it may do, with what `admin` includes. */
  readonly scopes: readonly ('heal' | 'read' | 'admin' | 'ping')[];
  /** Prefixes of the node names that it covers; null for all nodes. */
  readonly nodes: readonly string[] | null;
  /** When it ends; null if it does not. */
  readonly expires: Date | null;
  /** Whether a cookie stands for it: `DELETE /session` ends it. */
  readonly signedIn: boolean;
};

export type ChannelPreview = {
  readonly channel: string;
  readonly kind: string;
  /** Empty for a channel that a program made. */
  readonly previews: readonly ({
    /** The type of the alert, or `a message about many nodes`. */
    readonly alert: string;
    /** The bodies that it would send, JSON with line breaks. */
    readonly sent: readonly string[];
  })[];
};

export type CheckedUser<Id = string> = {
  readonly id: Id;
  readonly status: UserStatus;
  /** Present if asked for. */
  readonly lastSeen?: Date | null;
  /** Present if asked for. */
  readonly devices?: readonly Device[];
};

export type Cluster = {
  /** Of the daemon that answers. */
  readonly name: string;
  readonly members: readonly ({
    readonly name: string;
    readonly advertise: string;
    /** Whether it may get partitions. One that leaves may not. */
    readonly ready: boolean;
    /** For how many seconds it may answer, unless it renews its lease; null for others than the daemon that answers. */
    readonly leaseLeft: number | null;
  })[];
  readonly partitions: readonly ({
    readonly name: string;
    readonly owner: string | null;
    /** Greater with each owner. */
    readonly epoch: number | null;
    /** Whether the owner may be another one by now, since the daemon that answers could not renew its lease in time. */
    readonly inDoubt: boolean;
    /** Whether the daemon that answers serves its users or nodes. */
    readonly here: boolean;
  })[];
};

export type ConfigurationDiff = {
  /** The configuration file that the daemon reads; null if none. */
  readonly file: string | null;
  /** What is wrong with it. A reload would then change nothing. */
  readonly problems: readonly string[];
  readonly options: readonly ({
    /** An option, or an entry such as `channels.chat`. */
    readonly option: string;
    readonly change: 'added' | 'changed' | 'removed';
    readonly from?: string;
    /** Present for options, as texts. Secrets are hidden. */
    readonly to?: string;
    /** Whether a reload applies it, or only a restart. */
    readonly applies: 'reload' | 'restart';
  })[];
  /** Declared nodes that change, at most 1,000 of them. */
  readonly nodes: readonly ({
    readonly node: string;
    /** `adopted`: it is there, and the file names it now. `removed`: it left the file, and is deleted. `released`: it left the file, and stays. */
    readonly change: 'added' | 'adopted' | 'changed' | 'removed' | 'released';
    /** The settings that change. */
    readonly settings: readonly string[];
  })[];
  /** How many declared nodes change, all of them. */
  readonly nodeCounts: {
    readonly added: number;
    readonly adopted: number;
    readonly changed: number;
    readonly removed: number;
    readonly released: number;
  };
};

/** Durations in seconds. */
export type CronSchedule = {
  /** Five fields: minute, hour, day of the month, month, day of the week. Or `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`. A heartbeat is expected at each of these times. */
  readonly cron: string | readonly string[];
  /** The name of an IANA time zone. Default: UTC. */
  readonly timeZone?: string;
  /** The node has failed this long after it became late. Default: 3600. */
  readonly grace?: number;
};

export type Delivery = {
  readonly state: 'pending' | 'held' | 'delivered' | 'dead' | 'cancelled' | 'folded';
  readonly heldFor?: 'mass_failure' | 'flapping' | 'acknowledged' | 'dependency' | 'silence';
  readonly attempts: number;
  readonly lastAttempt: Date | null;
  readonly lastError: string | null;
  /** Of a channel of the kind `rota`: who was notified, or would have been if the attempt had not failed. */
  readonly person?: string;
  /** The channel that could not deliver it; this one is its `fallback`. */
  readonly insteadOf?: string;
  readonly folded?: number;
  readonly alertIds?: readonly string[];
};

export type Device = {
  /** Its name; null for the device of heals without one. */
  readonly device: string | null;
  readonly since: Date;
  /** When its last heal came. */
  readonly lastSeen: Date;
  /** When it no longer keeps the user online, unless it heals again. */
  readonly deadline: Date;
  /** What its heals said of it. */
  readonly meta: Readonly<Record<string, unknown>> | null;
};

/** Passes if a name has records. */
export type DnsProbe = {
  readonly dns: string;
  /** The type of the records. Default: A. */
  readonly type?: 'A' | 'AAAA' | 'CNAME' | 'MX' | 'NS' | 'TXT';
  /** The name server that is asked. Default: those of the daemon’s system. */
  readonly server?: string;
  /** Seconds from one probe to the next. Default: 30. */
  readonly every?: number;
  readonly expect?: {
    /** Values that must be among the records. */
    readonly answer?: readonly string[];
    /** Milliseconds that an answer may take. Default: 5000, or the interval if that is shorter. */
    readonly maxMs?: number;
  };
};

export type Error = {
  /** A sentence for people. */
  readonly error: string;
  /** From the table in docs/errors.md. Absent on heal, checkup and heart_rhythm. */
  readonly code?: string;
  /** All problems of the settings or the acknowledgement in the body. */
  readonly problems?: readonly ({
    readonly path: string;
    readonly problem: string;
  })[];
};

export type Event<Id = string> = {
  readonly type: 'state';
  readonly at: Date;
  /** The users that the filter names. */
  readonly users: readonly User<Id>[];
  /** The nodes that the filter chooses; without one, those that have failed. */
  readonly nodes: readonly NodeWithCause[];
  /** Absent if the filter names users. */
  readonly counts?: Stats;
  /** Present if what was missed is not known any more: drop what you have. */
  readonly reset?: true;
} | {
  readonly type: 'user.online' | 'user.offline' | 'user.updated';
  readonly at: Date;
  readonly user: User<Id>;
} | {
  readonly type: 'node.flip';
  readonly at: Date;
  readonly node: NodeWithCause;
  readonly flip: Flip;
} | {
  readonly type: 'alert.raised';
  readonly at: Date;
  readonly alert: Alert;
} | {
  readonly type: 'alert.delivered' | 'alert.dead' | 'alert.cancelled' | 'alert.folded';
  readonly at: Date;
  readonly alert: Alert;
  /** The channel whose delivery has ended. */
  readonly channel: string;
} | {
  readonly type: 'daemon.blind';
  readonly at: Date;
  readonly blind: {
    readonly from: Date;
    readonly to: Date;
    /** Seconds, to a millisecond. */
    readonly seconds: number;
    readonly cause: 'stalled' | 'restarted';
  };
};

export type Flip = {
  readonly from: NodeState;
  readonly to: NodeState;
  readonly at: Date;
  readonly cause: 'silence' | 'heartbeat' | 'report';
  readonly retries: number;
  /** Seconds, to a millisecond. */
  readonly blindSeconds: number;
  /** Why it failed, where that is known: what the node reported, or its probe found. */
  readonly reason?: string;
  /** The silences that were active then, by its labels now. */
  readonly silencedBy?: readonly string[];
};

export type GoodbyeAnswer = {
  readonly status: UserStatus;
};

/** Passes by the answer to GET. */
export type HttpProbe = {
  readonly http: string;
  /** Seconds from one probe to the next. Default: 30. */
  readonly every?: number;
  readonly expect?: {
    /** The status of the answer, or several. Default: any 2xx. */
    readonly status?: number | readonly number[];
    /** Texts that headers of the answer must contain. */
    readonly header?: Readonly<Record<string, string>>;
    /** A text that the first 100,000 bytes of the body must contain. */
    readonly body?: string;
    /** Milliseconds that an answer may take. Default: 5000, or the interval if that is shorter. */
    readonly maxMs?: number;
    /** Days for which the certificate must still be valid. */
    readonly certificateDays?: number;
    /** How many redirects are followed. Default: 0. */
    readonly redirects?: number;
  };
};

export type Incident = {
  readonly node: string;
  /** When the node failed. The beginning of what is known, if that flip is not kept any more. */
  readonly from: Date;
  /** When it recovered; null while it is failed. */
  readonly to: Date | null;
  /** Null if its flip is not kept any more. */
  readonly cause: 'silence' | 'heartbeat' | 'report' | null;
  /** Why it failed, where that is known: what the node reported, or its probe found. */
  readonly reason?: string;
  /** Its last acknowledgement that was not taken back; null if there is none. */
  readonly acknowledged: Acknowledgement | null;
};

/** Durations in seconds. */
export type IntervalSchedule = {
  /** A heartbeat is expected at most this long after the last one. */
  readonly every: number;
  /** The node has failed this long after it became late. Default: 3600. */
  readonly grace?: number;
};

/** Pass it as `cursor` to get the next page; null on the last page. */
export type NextCursor = string | null;

export type Node = {
  readonly name: string;
  readonly state: NodeState;
  /** Heartbeats missed in a row. */
  readonly retries: number;
  readonly lastHeartbeat: Date | null;
  /** When it misses its next heartbeat, or becomes late, or fails; null for a node that has failed or is paused. */
  readonly deadline: Date | null;
  /** Null for a node with a schedule. */
  readonly timeout: number | AdaptiveTimeout | null;
  /** Null for a node with a schedule. */
  readonly maxRetries: number | null;
  /** Present if it has one, in place of a timeout. */
  readonly schedule?: IntervalSchedule | CronSchedule;
  /** Present if it has a schedule: when the heartbeat after the last one is or was expected. Null while it is paused. */
  readonly nextExpected?: Date | null;
  /** How long its job may take. Present if it was chosen, or the node was pinged; a schedule has its own. */
  readonly grace?: number;
  /** When the run of its job started that goes on; null if none does. */
  readonly started: Date | null;
  /** How long the last run of its job took; null if none has ended, or its start is not known. */
  readonly lastDuration: number | null;
  /** For pings by slug: the one chosen for it, or its name if that can be one. Absent if there is none. */
  readonly slug?: string;
  /** How the daemon probes it. Absent if it does not. */
  readonly probe?: HttpProbe | TcpProbe | TlsProbe | DnsProbe;
  /** The secret of its pings by UUID. Present for keys with the scope `admin`. */
  readonly pingUuid?: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The channels its alerts go to; null for all. */
  readonly channels: readonly string[] | null;
  /** Nodes it depends on: while one of them has failed, its alerts are inhibited. */
  readonly dependsOn: readonly string[];
  readonly paused: boolean;
  /** When its pause ends by itself. Absent if it has no end. */
  readonly pausedUntil?: Date;
  /** When its state began. */
  readonly since: Date;
  /** Present if the file of declared nodes names it, so that its settings are changed there. */
  readonly declared?: true;
  /** The acknowledgement of its failure; null if there is none or it has not failed. */
  readonly acknowledged: Acknowledgement | null;
  /** Present if the timeout is adaptive: how improbable the present silence is, 1 for one in ten, 2 for one in a hundred. Null until there are enough heartbeats. */
  readonly phi?: number | null;
  /** What was learnt from its heartbeats, if its timeout is adaptive. */
  readonly rhythm?: Rhythm;
};

export type NodeInDetail = NodeWithCause & {
  /** Present if it is probed: the last result. Absent before the first. */
  readonly lastProbe?: ProbeResult;
  /** Another one once the settings are changed. As an entity tag in `If-Match`, it has a `PUT` or `DELETE` refused then. */
  readonly settingsTag: string;
  readonly uptime?: Uptime;
};

export type NodeState = 'active' | 'inactive' | 'failed';

export type NodeUptime = {
  readonly name: string;
  /** The share of time in which it had not failed, without pauses, blind time and maintenance. Null if none is left. */
  readonly ratio: number | null;
  /** Seconds, to a millisecond. */
  readonly activeSeconds: number;
  /** Seconds, to a millisecond. */
  readonly inactiveSeconds: number;
  /** Seconds, to a millisecond. */
  readonly failedSeconds: number;
  /** Seconds, to a millisecond. */
  readonly pausedSeconds: number;
  /** Seconds, to a millisecond. */
  readonly blindSeconds: number;
  /** Time in maintenance windows, which counts in no state. */
  readonly maintenanceSeconds: number;
  /** Time in silences. It counts in the others as well, since a silence only mutes alerts. */
  readonly silencedSeconds: number;
  readonly incidents: number;
};

export type NodeWithCause = Node & {
  /** For a failed node: the nodes it depends on that have failed, too. */
  readonly causedBy?: string;
  /** The active silences that fit it, with those of maintenance windows. */
  readonly silencedBy?: readonly string[];
  /** The maintenance window that it is in; of several, the one that ends last. */
  readonly maintenance?: {
    readonly endsAt: Date;
    /** Absent if the configuration gives none. */
    readonly reason?: string;
  };
};

export type OnlineUser<Id = string> = {
  readonly id: Id;
  readonly since: Date;
  readonly lastSeen: Date;
  readonly deadline: Date;
};

export type Override = {
  readonly id: OverrideId;
  readonly state: 'active' | 'pending' | 'expired';
  /** The name of one of the people of the rota. */
  readonly person: string;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly by: string;
  /** Absent if none was given. */
  readonly reason?: string;
  /** When it was made, or ended by hand. */
  readonly updatedAt: Date;
};

/** A ULID: ids sort by the time at which the override was made. */
export type OverrideId = string;

export type Ping = {
  /** Its number among the pings of the node, from 1. */
  readonly n: number;
  readonly kind: 'success' | 'start' | 'fail' | 'log' | 'exit';
  /** Of `exit`: 0 to 255. Null for others. */
  readonly exitStatus: number | null;
  readonly at: Date;
  /** The run that it belongs to; null if none was given. */
  readonly rid: string | null;
  /** How long the run took that it ended. Null if it ended none whose start is known. */
  readonly duration: number | null;
  /** The length of its body, of which the beginning is kept. */
  readonly bytes: number;
  readonly method: string;
};

export type ProbeResult = {
  readonly at: Date;
  readonly passed: boolean;
  /** Why it failed. Absent if it passed. */
  readonly reason?: string;
  /** How long all of it took. */
  readonly duration: number;
  /** Parts of it. Those that it has not come to are absent. */
  readonly timings: {
    /** Resolving the name. */
    readonly resolve?: number;
    /** The TCP handshake. */
    readonly connect?: number;
    /** The TLS handshake. */
    readonly tls?: number;
    /** From the request to the head of the answer. */
    readonly answer?: number;
  };
  /** The status of the last answer by HTTP. */
  readonly status?: number;
  /** Days for which the certificate is still valid, rounded down. */
  readonly certificateDays?: number;
};

export type QueuedAlert = {
  readonly id: string;
};

export type Rejection = {
  /** Its index in the batch, from 0. */
  readonly index: number;
  readonly error: string;
};

export type Rhythm = {
  /** The mean interval between its heartbeats. */
  readonly mean: number | null;
  /** The standard deviation used. */
  readonly deviation: number | null;
  /** How many intervals are remembered. */
  readonly samples: number;
  /** The timeout in force. */
  readonly timeout: number;
};

export type Rota = {
  readonly name: string;
  /** In the order of their turns. */
  readonly people: readonly ({
    readonly name: string;
    /** The channel that reaches this person. */
    readonly channel: string;
  })[];
  readonly turns: 'daily' | 'weekly';
  /** A day on which a turn of the first person begins. */
  readonly start: string;
  /** When turns begin, as in `09:00`. */
  readonly handOver: string;
  readonly timeZone: string;
};

export type Session = {
  readonly onlineAt: Date;
  readonly offlineAt: Date;
};

export type Silence = {
  readonly id: string;
  readonly state: 'active' | 'pending' | 'expired';
  readonly matchers: readonly string[];
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly by: string;
  /** Absent if none was given. */
  readonly reason?: string;
  /** When it was made, or ended by hand. */
  readonly updatedAt: Date;
  /** It silences only nodes whose names begin with one of these: the key that made it covers no others. */
  readonly nodes?: readonly string[];
  /** Present if it stands for a maintenance window of the configuration. */
  readonly maintenance?: true;
};

export type Stats = {
  readonly users: {
    readonly online: number;
  };
  /** A user whose devices are not told apart counts as one. */
  readonly devices: number;
  /** Paused nodes count in their state, too. */
  readonly nodes: {
    readonly registered: number;
    readonly active: number;
    readonly inactive: number;
    readonly failed: number;
    readonly paused: number;
  };
  /** Open WebSocket connections. */
  readonly sockets: number;
  /** Open streams of events. */
  readonly eventReaders: number;
};

/** All nodes with all of these labels. */
export type StatusGroup = {
  readonly title: string;
  readonly labels: Readonly<Record<string, string>>;
};

export type StatusIncident = {
  readonly id: StatusIncidentId;
  /** The status page, as in `/status/<page>`. */
  readonly page: string;
  readonly title: string;
  /** That of the last update. `resolved` ends it. */
  readonly state: 'investigating' | 'identified' | 'monitoring' | 'resolved';
  /** When it was written about first. */
  readonly beganAt: Date;
  /** Oldest first. */
  readonly updates: readonly ({
    readonly at: Date;
    readonly state: 'investigating' | 'identified' | 'monitoring' | 'resolved';
    readonly text: string;
  })[];
};

/** A ULID: ids sort by the time at which the incident was written. */
export type StatusIncidentId = string;

export type StatusPage = {
  /** Its name in `/status/<slug>`. */
  readonly slug: string;
  readonly title: string;
  readonly groups: readonly StatusGroup[];
  /** Where the title leads. */
  readonly website: string | null;
  readonly timeZone: string;
  readonly hasLogo: boolean;
  /** Whether the configuration has it, so that it is changed there only. */
  readonly configured: boolean;
  /** Of its settings. With it in quotes as `If-Match`, a change is refused if they have changed since. */
  readonly settingsTag: string;
};

/** Passes if a TCP connection is accepted. */
export type TcpProbe = {
  readonly tcp: string;
  /** Seconds from one probe to the next. Default: 30. */
  readonly every?: number;
  readonly expect?: {
    /** Milliseconds that an answer may take. Default: 5000, or the interval if that is shorter. */
    readonly maxMs?: number;
  };
};

/** Passes by a TLS handshake with a valid certificate. */
export type TlsProbe = {
  readonly tls: string;
  /** Seconds from one probe to the next. Default: 30. */
  readonly every?: number;
  readonly expect?: {
    /** Milliseconds that an answer may take. Default: 5000, or the interval if that is shorter. */
    readonly maxMs?: number;
    /** Days for which the certificate must still be valid. */
    readonly certificateDays?: number;
  };
};

export type Turn = {
  readonly rota: string;
  /** Who is on call. */
  readonly on: {
    readonly name: string;
    /** The channel that reaches this person. */
    readonly channel: string;
  };
  readonly since: Date;
  /** When the turn or the override ends, or another override begins. */
  readonly until: Date;
  /** Who is on call then. */
  readonly next: {
    readonly name: string;
    /** The channel that reaches this person. */
    readonly channel: string;
  };
  /** The override that puts this person on call. */
  readonly override?: OverrideId;
  /** Whose turn it is, if there is an override. */
  readonly insteadOf?: {
    readonly name: string;
    /** The channel that reaches this person. */
    readonly channel: string;
  };
};

export type Uptime = {
  readonly from: Date;
  readonly to: Date;
  /** The share of time in which it had not failed, without pauses, blind time and maintenance. Null if none is left. */
  readonly ratio: number | null;
  /** Seconds, to a millisecond. */
  readonly activeSeconds: number;
  /** Seconds, to a millisecond. */
  readonly inactiveSeconds: number;
  /** Seconds, to a millisecond. */
  readonly failedSeconds: number;
  /** Seconds, to a millisecond. */
  readonly pausedSeconds: number;
  /** Seconds, to a millisecond. */
  readonly blindSeconds: number;
  /** Time in maintenance windows, which counts in no state. */
  readonly maintenanceSeconds: number;
  /** Time in silences. It counts in the others as well, since a silence only mutes alerts. */
  readonly silencedSeconds: number;
};

export type UptimeDay = Uptime & {
  /** The day by the clocks of the time zone, as in `2026-11-30`. */
  readonly date: string;
  /** Incidents that began in it. */
  readonly incidents: number;
};

export type UptimeMonth = Uptime & {
  /** As in `2026-11`. */
  readonly month: string;
  /** Incidents that began in it. */
  readonly incidents: number;
};

export type UptimeReport = {
  readonly name: string;
  readonly timeZone: string;
  readonly uptime: Uptime;
  /** Oldest first. A day on which the clocks change has 23 or 25 hours. */
  readonly days: readonly UptimeDay[];
  /** Oldest first, cut at the ends of the range. */
  readonly months: readonly UptimeMonth[];
  /** The newest ones, newest first. */
  readonly incidents: readonly Incident[];
  /** How many there are in the range, listed or not. */
  readonly incidentsTotal: number;
};

export type UptimeReportOfNodes = {
  readonly timeZone: string;
  readonly uptime: Uptime;
  /** Oldest first. A day on which the clocks change has 23 or 25 hours. */
  readonly days: readonly UptimeDay[];
  /** Oldest first, cut at the ends of the range. */
  readonly months: readonly UptimeMonth[];
  /** The newest ones, newest first. */
  readonly incidents: readonly Incident[];
  /** How many there are in the range, listed or not. */
  readonly incidentsTotal: number;
  /** The ones that had failed for longest, longest first. */
  readonly nodes: readonly NodeUptime[];
  /** How many nodes match, listed or not. */
  readonly nodesTotal: number;
};

export type User<Id = string> = {
  readonly id: Id;
  readonly status: UserStatus;
  /** When the status began. */
  readonly since: Date | null;
  /** When the last heal or goodbye came. */
  readonly lastSeen: Date | null;
  /** When an online user goes offline unless healed; null for others. */
  readonly deadline: Date | null;
  /** The devices that keep the user online, as far as they were heard since the daemon started. */
  readonly devices: readonly Device[];
};

export type UserStatus = 'online' | 'offline';

export type WaysIn = {
  /** Where browsers sign in; null if they cannot. */
  readonly url: string | null;
  /** Why they cannot, as a sentence. */
  readonly problem: string | null;
  /** The name of the provider at `/sign-in/openid`; null without one. */
  readonly openid: string | null;
};

/** What each operation answers. */
export interface Answers<Id = string> {
  readonly heal: {
    readonly status: 'online';
  };
  readonly goodbye: GoodbyeAnswer;
  readonly goodbyeByBeacon: GoodbyeAnswer;
  readonly healMany: BatchAnswer;
  readonly checkup: {
    readonly id: Id;
    readonly status: UserStatus;
  };
  readonly checkupMany: {
    readonly results: readonly CheckedUser<Id>[];
    readonly rejected?: readonly Rejection[];
  };
  readonly heartRhythm: {
    readonly id: Id;
    readonly history: readonly Session[];
    /** Present if `limit` was given and there are more. */
    readonly nextCursor?: string;
  };
  readonly users: {
    readonly users: readonly OnlineUser<Id>[];
    readonly nextCursor: NextCursor;
  };
  readonly user: User<Id>;
  readonly eraseUser: undefined;
  readonly socket: undefined;
  readonly heartbeat: ActiveNode;
  readonly heartbeatByPost: ActiveNode;
  readonly heartbeats: BatchAnswer;
  readonly nodes: {
    readonly nodes: readonly NodeWithCause[];
    readonly nextCursor: NextCursor;
  };
  readonly putNode: Node;
  readonly node: NodeInDetail;
  readonly forgetNode: undefined;
  readonly renewPingUuid: Node;
  readonly failNode: Node;
  readonly pauseNode: Node;
  readonly resumeNode: Node;
  readonly acknowledgeNode: Node;
  readonly unacknowledgeNode: Node;
  readonly flips: {
    readonly name: string;
    readonly flips: readonly Flip[];
    readonly nextCursor: NextCursor;
  };
  readonly pings: {
    readonly name: string;
    readonly pings: readonly Ping[];
    readonly nextCursor: NextCursor;
  };
  readonly pingBody: string;
  readonly probes: {
    readonly name: string;
    /** Null if it is not probed. */
    readonly probe: HttpProbe | TcpProbe | TlsProbe | DnsProbe | null;
    readonly results: readonly ProbeResult[];
  };
  readonly nodeUptime: UptimeReport;
  readonly uptime: UptimeReportOfNodes;
  readonly badge: string;
  readonly badges: {
    readonly badges: readonly ({
      readonly show: 'state' | '24h' | '7d' | '30d' | '90d';
      /** An address; a path, where `public_url` is not set. */
      readonly svg: string;
      /** An address; a path, where `public_url` is not set. */
      readonly json: string;
    })[];
  };
  readonly statusPages: {
    readonly pages: readonly StatusPage[];
  };
  readonly putStatusPage: StatusPage;
  readonly deleteStatusPage: StatusPage;
  readonly statusPage: string;
  readonly statusLogo: string;
  readonly statusIncidents: {
    readonly incidents: readonly StatusIncident[];
  };
  readonly beginIncident: StatusIncident;
  readonly updateIncident: StatusIncident;
  readonly removeIncident: StatusIncident;
  readonly ping: 'OK' | 'OK (rate limited)';
  readonly pingWithBody: 'OK' | 'OK (rate limited)';
  readonly pingBySlug: 'OK' | 'Created';
  readonly pingBySlugWithBody: 'OK' | 'Created';
  readonly pingBySlugSaying: 'OK' | 'Created';
  readonly pingBySlugSayingWithBody: 'OK' | 'Created';
  readonly alerts: {
    readonly alerts: readonly Alert[];
    readonly nextCursor: NextCursor;
  };
  readonly redeliver: QueuedAlert;
  readonly previewChannel: ChannelPreview;
  readonly testChannel: QueuedAlert;
  readonly showLink: string;
  readonly useLink: string;
  readonly rotas: {
    readonly rotas: readonly Rota[];
  };
  readonly onCall: Turn;
  readonly overrides: {
    readonly overrides: readonly Override[];
    readonly nextCursor: NextCursor;
  };
  readonly overrideRota: Override;
  readonly endOverride: Override;
  readonly silences: {
    readonly silences: readonly Silence[];
    readonly nextCursor: NextCursor;
  };
  readonly silence: Silence;
  readonly describeSilence: Silence;
  readonly expireSilence: Silence;
  readonly events: string;
  readonly eventsOfMany: string;
  readonly whoami: Caller;
  readonly signIn: undefined;
  readonly signOut: undefined;
  readonly waysToSignIn: WaysIn;
  readonly openIdBegin: undefined;
  readonly openIdCallback: undefined;
  readonly health: {
    readonly status: 'ok';
  };
  readonly readiness: {
    readonly status: 'ready';
    /** Why it cannot store everything that it should, such as a full disk. Absent if it can. */
    readonly notStoring?: readonly string[];
  } | {
    readonly status: 'unready';
    readonly reasons: readonly string[];
  };
  readonly storing: {
    readonly status: 'storing';
  } | {
    readonly status: 'not_storing';
    readonly reasons: readonly string[];
  };
  readonly stats: Stats;
  readonly configurationDiff: ConfigurationDiff;
  readonly backup: string;
  readonly supervision: {
    readonly status: 'ready' | 'unready';
    readonly [name: string]: unknown;
  };
  readonly cluster: Cluster;
  readonly metrics: string;
  readonly openapi: {
    readonly openapi: string;
    readonly [name: string]: unknown;
  };
  readonly docs: string;
  readonly dashboard: string;
  readonly dashboardFile: string;
}

/** What can be asked in the query of each operation that has one. */
export interface Queries {
  readonly heal: {
    /** A device: 1 to 64 of `A-Z`, `a-z`, `0-9`, `.`, `_` and `-`. */
    readonly device?: string;
  };
  readonly goodbye: Queries['heal'];
  readonly goodbyeByBeacon: Queries['heal'];
  readonly checkupMany: {
    /** More fields of each user, separated by commas: `last_seen`, `devices`. */
    readonly fields?: string;
  };
  readonly heartRhythm: {
    /** Only entries that end in this second or later. Unix seconds, ISO 8601 (`2027-01-31`, `2027-01-31T12:00:00Z`), or a time before now: `-90s`, `-5m`, `-1h`, `-7d`, `-2w`. */
    readonly from?: When;
    /** Only entries that begin in this second or earlier. Unix seconds, ISO 8601 (`2027-01-31`, `2027-01-31T12:00:00Z`), or a time before now: `-90s`, `-5m`, `-1h`, `-7d`, `-2w`. */
    readonly to?: When;
    /** `asc`: oldest first; `desc`: newest first. */
    readonly order?: 'asc' | 'desc';
    /** The largest number of entries to return. */
    readonly limit?: number;
    /** Continues after the page that returned this `next_cursor`, in the same order. */
    readonly cursor?: string;
  };
  readonly users: {
    /** Only `online` can be listed. */
    readonly status: 'online';
    /** Continues after the page that returned this `next_cursor`. */
    readonly cursor?: string;
    /** The largest number of users to return. */
    readonly limit?: number;
  };
  readonly nodes: {
    /** Only nodes in this state. */
    readonly state?: NodeState;
    /** `key:value`: only nodes that have this label. */
    readonly label?: string;
    /** `true`: only paused nodes; `false`: only others. */
    readonly paused?: 'true' | 'false';
    /** Only nodes whose name begins with this. */
    readonly name?: string;
    /** Continues after the page that returned this `next_cursor`. */
    readonly cursor?: string;
    /** The largest number of nodes to return. */
    readonly limit?: number;
  };
  readonly node: {
    /** Start of the range of `uptime`. Unix seconds, ISO 8601 (`2027-01-31`, `2027-01-31T12:00:00Z`), or a time before now: `-90s`, `-5m`, `-1h`, `-7d`, `-2w`. */
    readonly from?: When;
    /** End of the range. Unix seconds, ISO 8601 (`2027-01-31`, `2027-01-31T12:00:00Z`), or a time before now: `-90s`, `-5m`, `-1h`, `-7d`, `-2w`. */
    readonly to?: When;
  };
  readonly flips: Queries['heartRhythm'];
  readonly pings: {
    /** Continues after the page that returned this `next_cursor`. */
    readonly cursor?: string;
    /** The largest number of pings to return. */
    readonly limit?: number;
  };
  readonly nodeUptime: {
    /** Whole days by the clocks of the time zone, the present one included: `90d`, `12w`. At most 366 days. Default: `90d`. */
    readonly period?: string;
    /** Start of the range, in place of a period. Unix seconds, ISO 8601 (`2027-01-31`, `2027-01-31T12:00:00Z`), or a time before now: `-90s`, `-5m`, `-1h`, `-7d`, `-2w`. */
    readonly from?: When;
    /** End of the range. Default: now. Unix seconds, ISO 8601 (`2027-01-31`, `2027-01-31T12:00:00Z`), or a time before now: `-90s`, `-5m`, `-1h`, `-7d`, `-2w`. */
    readonly to?: When;
    /** The name of an IANA time zone, whose days and months are counted. */
    readonly timeZone?: string;
    /** The largest number of incidents to return, and of nodes. */
    readonly limit?: number;
    /** Default: what `Accept` asks for, `text/csv` or JSON. */
    readonly format?: 'json' | 'csv';
    /** Which rows a CSV has. Default: `days`. */
    readonly table?: 'days' | 'months' | 'incidents';
  };
  readonly uptime: {
    /** `key:value`: only nodes that have this label. */
    readonly label?: string;
    /** Only nodes whose name begins with this. */
    readonly name?: string;
    /** Whole days by the clocks of the time zone, the present one included: `90d`, `12w`. At most 366 days. Default: `90d`. */
    readonly period?: string;
    /** Start of the range, in place of a period. Unix seconds, ISO 8601 (`2027-01-31`, `2027-01-31T12:00:00Z`), or a time before now: `-90s`, `-5m`, `-1h`, `-7d`, `-2w`. */
    readonly from?: When;
    /** End of the range. Default: now. Unix seconds, ISO 8601 (`2027-01-31`, `2027-01-31T12:00:00Z`), or a time before now: `-90s`, `-5m`, `-1h`, `-7d`, `-2w`. */
    readonly to?: When;
    /** The name of an IANA time zone, whose days and months are counted. */
    readonly timeZone?: string;
    /** The largest number of incidents to return, and of nodes. */
    readonly limit?: number;
    /** Default: what `Accept` asks for, `text/csv` or JSON. */
    readonly format?: 'json' | 'csv';
    /** Which rows a CSV has. Default: `days`. */
    readonly table?: 'days' | 'months' | 'incidents' | 'nodes';
  };
  readonly badge: {
    /** The state, or the uptime of the last day, 7, 30 or 90 days. */
    readonly show?: 'state' | '24h' | '7d' | '30d' | '90d';
    /** The signature, where the daemon has keys. `GET /badges` gives whole addresses. */
    readonly sig?: string;
  };
  readonly badges: {
    /** The name of a node. */
    readonly node?: string;
    /** `key:value`: only nodes that have this label. */
    readonly label?: string;
  };
  readonly ping: {
    /** The run that it belongs to: a UUID that the job chooses. */
    readonly rid?: string;
  };
  readonly pingWithBody: Queries['ping'];
  readonly pingBySlug: {
    /** The run that it belongs to: a UUID that the job chooses. */
    readonly rid?: string;
    /** `1`: registers a node of that name if there is none, and the ping key may create. */
    readonly create?: '0' | '1';
  };
  readonly pingBySlugWithBody: Queries['pingBySlug'];
  readonly pingBySlugSaying: Queries['pingBySlug'];
  readonly pingBySlugSayingWithBody: Queries['pingBySlug'];
  readonly alerts: {
    /** Only alerts that are in one of these states for some channel, separated by commas: pending, held, delivered, dead, cancelled, folded. */
    readonly state?: string;
    /** Only alerts about this node, alone or in a group. */
    readonly node?: string;
    /** Only alerts of this type. */
    readonly type?: AlertType;
    /** Only alerts for this channel; with `state`, those in that state there. */
    readonly channel?: string;
    /** Continues after the page that returned this `next_cursor`. */
    readonly cursor?: string;
    /** The largest number of alerts to return. */
    readonly limit?: number;
  };
  readonly overrides: {
    /** Only overrides in one of these states, separated by commas: active, pending, expired. */
    readonly state?: string;
    /** Continues after the page that returned this `next_cursor`. */
    readonly cursor?: string;
    /** The largest number of overrides to return. */
    readonly limit?: number;
  };
  readonly silences: {
    /** Only silences in one of these states, separated by commas: active, pending, expired. */
    readonly state?: string;
    /** Continues after the page that returned this `next_cursor`. */
    readonly cursor?: string;
    /** The largest number of silences to return. */
    readonly limit?: number;
    /** `true`: only those of maintenance windows, with the next of each window, for keys that cover all nodes; `false`: only others. */
    readonly maintenance?: 'true' | 'false';
  };
  readonly events: {
    /** Only events of these types, separated by commas: user.online, user.offline, user.updated, node.flip, alert.raised, alert.delivered, alert.dead, alert.cancelled, alert.folded, daemon.blind. */
    readonly types?: string;
    /** Only events of these users. Repeated: `users=7&users=8`. */
    readonly users?: readonly string[];
    /** Only events of nodes whose names begin with this, and of their alerts. */
    readonly nodes?: string;
    /** `key:value`: only events of nodes that have this label. May be repeated. */
    readonly label?: string;
  };
}

/** The body of each operation that has one. */
export interface Bodies {
  readonly heal: {
    /** Kept for the device, up to 1,024 bytes of JSON; null removes it. */
    readonly meta?: Readonly<Record<string, unknown>> | null;
  };
  readonly healMany: readonly (UserIdLike | {
    readonly id: UserIdLike;
    readonly device?: string | null;
    /** Kept for the device, up to 1,024 bytes of JSON; null removes it. */
    readonly meta?: Readonly<Record<string, unknown>> | null;
  })[];
  readonly checkupMany: readonly UserIdLike[];
  readonly heartbeats: readonly string[];
  readonly putNode: {
    readonly timeout?: number | AdaptiveTimeout | null;
    readonly maxRetries?: number | null;
    readonly schedule?: IntervalSchedule | CronSchedule | null;
    /** How long a job may take that has started. Default: 3600. */
    readonly grace?: number | null;
    readonly slug?: string | null;
    readonly probe?: HttpProbe | TcpProbe | TlsProbe | DnsProbe | null;
    readonly labels?: Readonly<Record<string, string>> | null;
    readonly channels?: readonly string[] | null;
    readonly dependsOn?: readonly string[] | null;
    readonly paused?: boolean | null;
  };
  readonly failNode: {
    readonly reason?: string;
  };
  readonly pauseNode: {
    /** Seconds after which the pause ends by itself. */
    readonly for?: number;
    /** When it ends by itself: Unix seconds, or ISO 8601 (`2027-01-31`, `2027-01-31T12:00:00Z`). It must be in the future. */
    readonly until?: number | string;
  };
  readonly acknowledgeNode: {
    readonly by: string;
    readonly reason?: string;
    /** When it ends by itself: Unix seconds, or ISO 8601 (`2027-01-31`, `2027-01-31T12:00:00Z`). It must be in the future. */
    readonly until?: number | string;
  };
  readonly putStatusPage: {
    /** Public. One line of at most 100 characters. */
    readonly title: string;
    readonly groups: readonly ({
      /** Public. One line of at most 100 characters. */
      readonly title: string;
      /** The group has all nodes with all of these labels. They are not public. */
      readonly labels: Readonly<Record<string, string>>;
    })[];
    /** Where the title leads. Public. */
    readonly website?: string | null;
    /** The name of an IANA time zone, whose days and times the page has. Default: UTC. */
    readonly timeZone?: string | null;
    /** A data URL of at most 262144 bytes. Public. */
    readonly logo?: string | null;
  };
  readonly beginIncident: {
    /** One line of at most 200 characters. */
    readonly title: string;
    /** Plain text of at most 2000 characters; lines stay lines. Public, so no names of nodes and no secrets. */
    readonly text: string;
    readonly state?: 'investigating' | 'identified' | 'monitoring' | 'resolved';
  };
  readonly updateIncident: {
    /** Plain text of at most 2000 characters; lines stay lines. Public, so no names of nodes and no secrets. */
    readonly text: string;
    readonly state: 'investigating' | 'identified' | 'monitoring' | 'resolved';
  };
  readonly overrideRota: {
    /** The name of one of the people of the rota, who is on call in place of whoever has the turn. */
    readonly person: string;
    /** Unix seconds, ISO 8601, or a time before now: `-1h`. Now, if absent or in the past. */
    readonly startsAt?: number | When;
    /** Unix seconds or ISO 8601. It must be in the future, and after `starts_at`. */
    readonly endsAt: number | string;
    /** Who makes it. */
    readonly by: string;
    readonly reason?: string;
  };
  readonly silence: {
    /** In the syntax of Alertmanager: `env=prod`, `env!=test`, `name=~"web-.*"`, `name!~web-.*`. All of them must fit a node. `name` is the name of the node, any other a label; a label that it does not have is empty. Regular expressions are those of RE2, of at most 256 bytes, and must match the whole value. */
    readonly matchers: readonly string[];
    /** Unix seconds, ISO 8601, or a time before now: `-1h`. Now, if absent or in the past. */
    readonly startsAt?: number | When;
    /** Unix seconds or ISO 8601. It must be in the future, and after `starts_at`. */
    readonly endsAt: number | string;
    /** Who makes it. */
    readonly by: string;
    readonly reason?: string;
  };
  readonly eventsOfMany: {
    /** Empty or absent: all types. */
    readonly types?: readonly ('user.online' | 'user.offline' | 'user.updated' | 'node.flip' | 'alert.raised' | 'alert.delivered' | 'alert.dead' | 'alert.cancelled' | 'alert.folded' | 'daemon.blind')[];
    /** Absent: all users. Empty: none. */
    readonly users?: readonly (string | number)[];
    /** A prefix of names. */
    readonly nodes?: string;
    readonly labels?: readonly string[];
  };
  readonly signIn: {
    /** A key with the scope `read`. */
    readonly key: string;
  };
}
