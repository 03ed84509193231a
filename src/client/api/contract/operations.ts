// Made by scripts/client-contract.ts from the contract that the daemon serves. Do not edit it.
import type { Field, Shape } from '../shape.js';
import type { Answers } from './types.js';

/** One method of one path. */
export interface Operation {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** With the names of its parameters in braces. */
  readonly path: string;
  /** The parameters of its query, as the client calls them. */
  readonly query: readonly string[];
  /** What it answers; undefined for nothing, and `text` for what is no JSON. */
  readonly answer: Shape | undefined;
  /** The statuses besides 2xx that are answers and no errors. */
  readonly alsoAnswers: readonly number[];
}

export const operations: Readonly<Record<keyof Answers, Operation>> = {
  heal: {
    method: 'PUT',
    path: '/heal/{user_id}',
    query: ['device'],
    answer: { fields: { status: { as: 'status', shape: { is: 'online' } } } },
    alsoAnswers: [],
  },
  goodbye: {
    method: 'DELETE',
    path: '/heal/{user_id}',
    query: ['device'],
    answer: { ref: 'GoodbyeAnswer' },
    alsoAnswers: [],
  },
  goodbyeByBeacon: {
    method: 'POST',
    path: '/heal/{user_id}/goodbye',
    query: ['device'],
    answer: { ref: 'GoodbyeAnswer' },
    alsoAnswers: [],
  },
  healMany: { method: 'POST', path: '/heal', query: [], answer: { ref: 'BatchAnswer' }, alsoAnswers: [] },
  checkup: {
    method: 'GET',
    path: '/checkup/{user_id}',
    query: [],
    answer: { fields: { id: { as: 'id', shape: 'id' }, status: { as: 'status', shape: 'text' } } },
    alsoAnswers: [],
  },
  checkupMany: {
    method: 'POST',
    path: '/checkup',
    query: ['fields'],
    answer: {
      fields: {
        results: { as: 'results', shape: { list: { ref: 'CheckedUser' } } },
        rejected: { as: 'rejected', shape: { list: { ref: 'Rejection' } }, optional: true },
      },
    },
    alsoAnswers: [],
  },
  heartRhythm: {
    method: 'GET',
    path: '/heart_rhythm/{user_id}',
    query: ['from', 'to', 'order', 'limit', 'cursor'],
    answer: {
      fields: {
        id: { as: 'id', shape: 'id' },
        history: { as: 'history', shape: { list: { ref: 'Session' } } },
        next_cursor: { as: 'nextCursor', shape: 'text', optional: true },
      },
    },
    alsoAnswers: [],
  },
  users: {
    method: 'GET',
    path: '/users',
    query: ['status', 'cursor', 'limit'],
    answer: {
      fields: {
        users: { as: 'users', shape: { list: { ref: 'OnlineUser' } } },
        next_cursor: { as: 'nextCursor', shape: { ref: 'NextCursor' } },
      },
    },
    alsoAnswers: [],
  },
  user: { method: 'GET', path: '/users/{user_id}', query: [], answer: { ref: 'User' }, alsoAnswers: [] },
  eraseUser: { method: 'DELETE', path: '/users/{user_id}', query: [], answer: undefined, alsoAnswers: [] },
  socket: { method: 'GET', path: '/socket', query: [], answer: undefined, alsoAnswers: [] },
  heartbeat: {
    method: 'PUT',
    path: '/nodes/{name}/heartbeat',
    query: [],
    answer: { ref: 'ActiveNode' },
    alsoAnswers: [],
  },
  heartbeatByPost: {
    method: 'POST',
    path: '/nodes/{name}/heartbeat',
    query: [],
    answer: { ref: 'ActiveNode' },
    alsoAnswers: [],
  },
  heartbeats: {
    method: 'POST',
    path: '/nodes/heartbeats',
    query: [],
    answer: { ref: 'BatchAnswer' },
    alsoAnswers: [],
  },
  nodes: {
    method: 'GET',
    path: '/nodes',
    query: ['state', 'label', 'paused', 'name', 'cursor', 'limit'],
    answer: {
      fields: {
        nodes: { as: 'nodes', shape: { list: { ref: 'NodeWithCause' } } },
        next_cursor: { as: 'nextCursor', shape: { ref: 'NextCursor' } },
      },
    },
    alsoAnswers: [],
  },
  putNode: { method: 'PUT', path: '/nodes/{name}', query: [], answer: { ref: 'Node' }, alsoAnswers: [] },
  node: {
    method: 'GET',
    path: '/nodes/{name}',
    query: ['from', 'to'],
    answer: { ref: 'NodeInDetail' },
    alsoAnswers: [],
  },
  forgetNode: { method: 'DELETE', path: '/nodes/{name}', query: [], answer: undefined, alsoAnswers: [] },
  renewPingUuid: {
    method: 'POST',
    path: '/nodes/{name}/ping_uuid',
    query: [],
    answer: { ref: 'Node' },
    alsoAnswers: [],
  },
  failNode: { method: 'POST', path: '/nodes/{name}/fail', query: [], answer: { ref: 'Node' }, alsoAnswers: [] },
  pauseNode: { method: 'POST', path: '/nodes/{name}/pause', query: [], answer: { ref: 'Node' }, alsoAnswers: [] },
  resumeNode: {
    method: 'POST',
    path: '/nodes/{name}/resume',
    query: [],
    answer: { ref: 'Node' },
    alsoAnswers: [],
  },
  acknowledgeNode: {
    method: 'POST',
    path: '/nodes/{name}/acknowledge',
    query: [],
    answer: { ref: 'Node' },
    alsoAnswers: [],
  },
  unacknowledgeNode: {
    method: 'DELETE',
    path: '/nodes/{name}/acknowledge',
    query: [],
    answer: { ref: 'Node' },
    alsoAnswers: [],
  },
  flips: {
    method: 'GET',
    path: '/nodes/{name}/flips',
    query: ['from', 'to', 'order', 'limit', 'cursor'],
    answer: {
      fields: {
        name: { as: 'name', shape: 'text' },
        flips: { as: 'flips', shape: { list: { ref: 'Flip' } } },
        next_cursor: { as: 'nextCursor', shape: { ref: 'NextCursor' } },
      },
    },
    alsoAnswers: [],
  },
  pings: {
    method: 'GET',
    path: '/nodes/{name}/pings',
    query: ['cursor', 'limit'],
    answer: {
      fields: {
        name: { as: 'name', shape: 'text' },
        pings: { as: 'pings', shape: { list: { ref: 'Ping' } } },
        next_cursor: { as: 'nextCursor', shape: { ref: 'NextCursor' } },
      },
    },
    alsoAnswers: [],
  },
  pingBody: { method: 'GET', path: '/nodes/{name}/pings/{n}/body', query: [], answer: 'text', alsoAnswers: [] },
  probes: {
    method: 'GET',
    path: '/nodes/{name}/probes',
    query: [],
    answer: {
      fields: {
        name: { as: 'name', shape: 'text' },
        probe: {
          as: 'probe',
          shape: {
            either: [{ ref: 'HttpProbe' }, { ref: 'TcpProbe' }, { ref: 'TlsProbe' }, { ref: 'DnsProbe' }, 'null'],
          },
        },
        results: { as: 'results', shape: { list: { ref: 'ProbeResult' } } },
      },
    },
    alsoAnswers: [],
  },
  nodeUptime: {
    method: 'GET',
    path: '/nodes/{name}/uptime',
    query: ['period', 'from', 'to', 'timeZone', 'limit', 'format', 'table'],
    answer: { ref: 'UptimeReport' },
    alsoAnswers: [],
  },
  uptime: {
    method: 'GET',
    path: '/uptime',
    query: ['label', 'name', 'period', 'from', 'to', 'timeZone', 'limit', 'format', 'table'],
    answer: { ref: 'UptimeReportOfNodes' },
    alsoAnswers: [],
  },
  badge: { method: 'GET', path: '/badge/{file}', query: ['show', 'sig'], answer: 'text', alsoAnswers: [] },
  badges: {
    method: 'GET',
    path: '/badges',
    query: ['node', 'label'],
    answer: {
      fields: {
        badges: {
          as: 'badges',
          shape: {
            list: {
              fields: {
                show: { as: 'show', shape: 'text' },
                svg: { as: 'svg', shape: 'text' },
                json: { as: 'json', shape: 'text' },
              },
            },
          },
        },
      },
    },
    alsoAnswers: [],
  },
  statusPages: {
    method: 'GET',
    path: '/status',
    query: [],
    answer: { fields: { pages: { as: 'pages', shape: { list: { ref: 'StatusPage' } } } } },
    alsoAnswers: [],
  },
  putStatusPage: { method: 'PUT', path: '/status/{page}', query: [], answer: { ref: 'StatusPage' }, alsoAnswers: [] },
  deleteStatusPage: {
    method: 'DELETE',
    path: '/status/{page}',
    query: [],
    answer: { ref: 'StatusPage' },
    alsoAnswers: [],
  },
  statusPage: { method: 'GET', path: '/status/{page}', query: [], answer: 'text', alsoAnswers: [] },
  statusLogo: { method: 'GET', path: '/status/{page}/logo', query: [], answer: 'text', alsoAnswers: [] },
  statusIncidents: {
    method: 'GET',
    path: '/status/{page}/incidents',
    query: [],
    answer: { fields: { incidents: { as: 'incidents', shape: { list: { ref: 'StatusIncident' } } } } },
    alsoAnswers: [],
  },
  beginIncident: {
    method: 'POST',
    path: '/status/{page}/incidents',
    query: [],
    answer: { ref: 'StatusIncident' },
    alsoAnswers: [],
  },
  updateIncident: {
    method: 'POST',
    path: '/status/{page}/incidents/{id}',
    query: [],
    answer: { ref: 'StatusIncident' },
    alsoAnswers: [],
  },
  removeIncident: {
    method: 'DELETE',
    path: '/status/{page}/incidents/{id}',
    query: [],
    answer: { ref: 'StatusIncident' },
    alsoAnswers: [],
  },
  ping: { method: 'GET', path: '/ping/{uuid}', query: ['rid'], answer: 'text', alsoAnswers: [] },
  pingWithBody: { method: 'POST', path: '/ping/{uuid}', query: ['rid'], answer: 'text', alsoAnswers: [] },
  pingBySlug: {
    method: 'GET',
    path: '/ping/{key}/{slug}',
    query: ['rid', 'create'],
    answer: 'text',
    alsoAnswers: [],
  },
  pingBySlugWithBody: {
    method: 'POST',
    path: '/ping/{key}/{slug}',
    query: ['rid', 'create'],
    answer: 'text',
    alsoAnswers: [],
  },
  pingBySlugSaying: {
    method: 'GET',
    path: '/ping/{key}/{slug}/{says}',
    query: ['rid', 'create'],
    answer: 'text',
    alsoAnswers: [],
  },
  pingBySlugSayingWithBody: {
    method: 'POST',
    path: '/ping/{key}/{slug}/{says}',
    query: ['rid', 'create'],
    answer: 'text',
    alsoAnswers: [],
  },
  alerts: {
    method: 'GET',
    path: '/alerts',
    query: ['state', 'node', 'type', 'channel', 'cursor', 'limit'],
    answer: {
      fields: {
        alerts: { as: 'alerts', shape: { list: { ref: 'Alert' } } },
        next_cursor: { as: 'nextCursor', shape: { ref: 'NextCursor' } },
      },
    },
    alsoAnswers: [],
  },
  redeliver: {
    method: 'POST',
    path: '/alerts/{id}/redeliver',
    query: [],
    answer: { ref: 'QueuedAlert' },
    alsoAnswers: [],
  },
  previewChannel: {
    method: 'GET',
    path: '/channels/{name}/preview',
    query: [],
    answer: { ref: 'ChannelPreview' },
    alsoAnswers: [],
  },
  testChannel: {
    method: 'POST',
    path: '/channels/{name}/test',
    query: [],
    answer: { ref: 'QueuedAlert' },
    alsoAnswers: [],
  },
  showLink: { method: 'GET', path: '/links/{token}', query: [], answer: 'text', alsoAnswers: [] },
  useLink: { method: 'POST', path: '/links/{token}', query: [], answer: 'text', alsoAnswers: [] },
  rotas: {
    method: 'GET',
    path: '/rotas',
    query: [],
    answer: { fields: { rotas: { as: 'rotas', shape: { list: { ref: 'Rota' } } } } },
    alsoAnswers: [],
  },
  onCall: { method: 'GET', path: '/rotas/{name}/now', query: [], answer: { ref: 'Turn' }, alsoAnswers: [] },
  overrides: {
    method: 'GET',
    path: '/rotas/{name}/overrides',
    query: ['state', 'cursor', 'limit'],
    answer: {
      fields: {
        overrides: { as: 'overrides', shape: { list: { ref: 'Override' } } },
        next_cursor: { as: 'nextCursor', shape: { ref: 'NextCursor' } },
      },
    },
    alsoAnswers: [],
  },
  overrideRota: {
    method: 'POST',
    path: '/rotas/{name}/overrides',
    query: [],
    answer: { ref: 'Override' },
    alsoAnswers: [],
  },
  endOverride: {
    method: 'DELETE',
    path: '/rotas/{name}/overrides/{id}',
    query: [],
    answer: { ref: 'Override' },
    alsoAnswers: [],
  },
  silences: {
    method: 'GET',
    path: '/silences',
    query: ['state', 'cursor', 'limit', 'maintenance'],
    answer: {
      fields: {
        silences: { as: 'silences', shape: { list: { ref: 'Silence' } } },
        next_cursor: { as: 'nextCursor', shape: { ref: 'NextCursor' } },
      },
    },
    alsoAnswers: [],
  },
  silence: { method: 'POST', path: '/silences', query: [], answer: { ref: 'Silence' }, alsoAnswers: [] },
  describeSilence: { method: 'GET', path: '/silences/{id}', query: [], answer: { ref: 'Silence' }, alsoAnswers: [] },
  expireSilence: { method: 'DELETE', path: '/silences/{id}', query: [], answer: { ref: 'Silence' }, alsoAnswers: [] },
  events: {
    method: 'GET',
    path: '/events',
    query: ['types', 'users', 'nodes', 'label'],
    answer: 'text',
    alsoAnswers: [],
  },
  eventsOfMany: { method: 'POST', path: '/events', query: [], answer: 'text', alsoAnswers: [] },
  whoami: { method: 'GET', path: '/session', query: [], answer: { ref: 'Caller' }, alsoAnswers: [] },
  signIn: { method: 'POST', path: '/session', query: [], answer: undefined, alsoAnswers: [] },
  signOut: { method: 'DELETE', path: '/session', query: [], answer: undefined, alsoAnswers: [] },
  waysToSignIn: { method: 'GET', path: '/sign-in', query: [], answer: { ref: 'WaysIn' }, alsoAnswers: [] },
  openIdBegin: { method: 'GET', path: '/sign-in/openid', query: [], answer: undefined, alsoAnswers: [] },
  openIdCallback: { method: 'GET', path: '/sign-in/openid/callback', query: [], answer: undefined, alsoAnswers: [] },
  health: {
    method: 'GET',
    path: '/healthz',
    query: [],
    answer: { fields: { status: { as: 'status', shape: { is: 'ok' } } } },
    alsoAnswers: [],
  },
  readiness: {
    method: 'GET',
    path: '/readyz',
    query: [],
    answer: {
      either: [
        {
          fields: {
            status: { as: 'status', shape: { is: 'ready' } },
            not_storing: { as: 'notStoring', shape: { list: 'text' }, optional: true },
          },
        },
        {
          fields: {
            status: { as: 'status', shape: { is: 'unready' } },
            reasons: { as: 'reasons', shape: { list: 'text' } },
          },
        },
      ],
    },
    alsoAnswers: [503],
  },
  storing: {
    method: 'GET',
    path: '/readyz/storing',
    query: [],
    answer: {
      either: [
        { fields: { status: { as: 'status', shape: { is: 'storing' } } } },
        {
          fields: {
            status: { as: 'status', shape: { is: 'not_storing' } },
            reasons: { as: 'reasons', shape: { list: 'text' } },
          },
        },
      ],
    },
    alsoAnswers: [503],
  },
  stats: { method: 'GET', path: '/stats', query: [], answer: { ref: 'Stats' }, alsoAnswers: [] },
  configurationDiff: {
    method: 'GET',
    path: '/config/diff',
    query: [],
    answer: { ref: 'ConfigurationDiff' },
    alsoAnswers: [],
  },
  backup: { method: 'GET', path: '/store/backup', query: [], answer: 'text', alsoAnswers: [] },
  supervision: { method: 'GET', path: '/supervision', query: [], answer: 'any', alsoAnswers: [] },
  cluster: { method: 'GET', path: '/cluster', query: [], answer: { ref: 'Cluster' }, alsoAnswers: [] },
  metrics: { method: 'GET', path: '/metrics', query: [], answer: 'text', alsoAnswers: [] },
  openapi: { method: 'GET', path: '/openapi.json', query: [], answer: 'any', alsoAnswers: [] },
  docs: { method: 'GET', path: '/docs', query: [], answer: 'text', alsoAnswers: [] },
  dashboard: { method: 'GET', path: '/', query: [], answer: 'text', alsoAnswers: [] },
  dashboardFile: { method: 'GET', path: '/assets/{file}', query: [], answer: 'text', alsoAnswers: [] },
};

const uptimeFields: Readonly<Record<string, Field>> = {
  from: { as: 'from', shape: 'instant' },
  to: { as: 'to', shape: 'instant' },
  ratio: { as: 'ratio', shape: { either: ['number', 'null'] } },
  active_seconds: { as: 'activeSeconds', shape: 'number' },
  inactive_seconds: { as: 'inactiveSeconds', shape: 'number' },
  failed_seconds: { as: 'failedSeconds', shape: 'number' },
  paused_seconds: { as: 'pausedSeconds', shape: 'number' },
  blind_seconds: { as: 'blindSeconds', shape: 'number' },
  maintenance_seconds: { as: 'maintenanceSeconds', shape: 'number' },
  silenced_seconds: { as: 'silencedSeconds', shape: 'number' },
};

const nodeFields: Readonly<Record<string, Field>> = {
  name: { as: 'name', shape: 'text' },
  state: { as: 'state', shape: 'text' },
  retries: { as: 'retries', shape: 'number' },
  last_heartbeat: { as: 'lastHeartbeat', shape: { either: ['instant', 'null'] } },
  deadline: { as: 'deadline', shape: { either: ['instant', 'null'] } },
  timeout: { as: 'timeout', shape: { either: ['number', { ref: 'AdaptiveTimeout' }, 'null'] } },
  max_retries: { as: 'maxRetries', shape: { either: ['number', 'null'] } },
  schedule: {
    as: 'schedule',
    shape: { either: [{ ref: 'IntervalSchedule' }, { ref: 'CronSchedule' }] },
    optional: true,
  },
  next_expected: { as: 'nextExpected', shape: { either: ['instant', 'null'] }, optional: true },
  grace: { as: 'grace', shape: 'number', optional: true },
  started: { as: 'started', shape: { either: ['instant', 'null'] } },
  last_duration: { as: 'lastDuration', shape: { either: ['number', 'null'] } },
  slug: { as: 'slug', shape: 'text', optional: true },
  probe: {
    as: 'probe',
    shape: { either: [{ ref: 'HttpProbe' }, { ref: 'TcpProbe' }, { ref: 'TlsProbe' }, { ref: 'DnsProbe' }] },
    optional: true,
  },
  ping_uuid: { as: 'pingUuid', shape: 'text', optional: true },
  labels: { as: 'labels', shape: { map: 'text' } },
  channels: { as: 'channels', shape: { either: [{ list: 'text' }, 'null'] } },
  depends_on: { as: 'dependsOn', shape: { list: 'text' } },
  paused: { as: 'paused', shape: 'flag' },
  paused_until: { as: 'pausedUntil', shape: 'instant', optional: true },
  since: { as: 'since', shape: 'instant' },
  declared: { as: 'declared', shape: { is: true }, optional: true },
  acknowledged: { as: 'acknowledged', shape: { either: [{ ref: 'Acknowledgement' }, 'null'] } },
  phi: { as: 'phi', shape: { either: ['number', 'null'] }, optional: true },
  rhythm: { as: 'rhythm', shape: { ref: 'Rhythm' }, optional: true },
};

const nodeWithCauseFields: Readonly<Record<string, Field>> = {
  ...nodeFields,
  caused_by: { as: 'causedBy', shape: 'text', optional: true },
  silenced_by: { as: 'silencedBy', shape: { list: 'text' }, optional: true },
  maintenance: {
    as: 'maintenance',
    shape: {
      fields: {
        ends_at: { as: 'endsAt', shape: 'instant' },
        reason: { as: 'reason', shape: 'text', optional: true },
      },
    },
    optional: true,
  },
};

/** Of the named schemas of the contract. */
export const shapes: Readonly<Record<string, Shape>> = {
  Acknowledgement: {
    fields: {
      by: { as: 'by', shape: 'text' },
      reason: { as: 'reason', shape: 'text', optional: true },
      at: { as: 'at', shape: 'instant' },
      until: { as: 'until', shape: 'instant', optional: true },
    },
  },
  ActiveNode: { fields: { name: { as: 'name', shape: 'text' }, state: { as: 'state', shape: { is: 'active' } } } },
  AdaptiveTimeout: {
    fields: {
      adaptive: { as: 'adaptive', shape: { is: true } },
      min: { as: 'min', shape: 'number' },
      max: { as: 'max', shape: 'number' },
      threshold: { as: 'threshold', shape: 'number', optional: true },
    },
  },
  Alert: {
    fields: {
      id: { as: 'id', shape: 'text' },
      type: { as: 'type', shape: 'text' },
      at: null,
      at_ms: { as: 'at', shape: 'millis' },
      node: { as: 'node', shape: { either: ['text', 'null'] } },
      blind_seconds: { as: 'blindSeconds', shape: 'number' },
      message: { as: 'message', shape: 'text' },
      reason: { as: 'reason', shape: 'text', optional: true },
      reminder: { as: 'reminder', shape: 'number', optional: true },
      caused_by: { as: 'causedBy', shape: 'text', optional: true },
      silenced_by: { as: 'silencedBy', shape: { list: 'text' }, optional: true },
      count: { as: 'count', shape: 'number', optional: true },
      sample: { as: 'sample', shape: { list: 'text' }, optional: true },
      nodes: { as: 'nodes', shape: { list: 'text' }, optional: true },
      alert_ids: { as: 'alertIds', shape: { list: 'text' }, optional: true },
      channels: { as: 'channels', shape: { map: { ref: 'Delivery' } } },
    },
  },
  BatchAnswer: {
    fields: {
      accepted: { as: 'accepted', shape: 'number' },
      rejected: { as: 'rejected', shape: { list: { ref: 'Rejection' } } },
    },
  },
  Caller: {
    fields: {
      key: { as: 'key', shape: { either: ['text', 'null'] } },
      user: { as: 'user', shape: { either: ['text', 'null'] } },
      scopes: { as: 'scopes', shape: { list: 'text' } },
      nodes: { as: 'nodes', shape: { either: [{ list: 'text' }, 'null'] } },
      expires: { as: 'expires', shape: { either: ['instant', 'null'] } },
      signed_in: { as: 'signedIn', shape: 'flag' },
    },
  },
  ChannelPreview: {
    fields: {
      channel: { as: 'channel', shape: 'text' },
      kind: { as: 'kind', shape: 'text' },
      previews: {
        as: 'previews',
        shape: {
          list: { fields: { alert: { as: 'alert', shape: 'text' }, sent: { as: 'sent', shape: { list: 'text' } } } },
        },
      },
    },
  },
  CheckedUser: {
    fields: {
      id: { as: 'id', shape: 'id' },
      status: { as: 'status', shape: 'text' },
      last_seen: { as: 'lastSeen', shape: { either: ['instant', 'null'] }, optional: true },
      devices: { as: 'devices', shape: { list: { ref: 'Device' } }, optional: true },
    },
  },
  Cluster: {
    fields: {
      name: { as: 'name', shape: 'text' },
      members: {
        as: 'members',
        shape: {
          list: {
            fields: {
              name: { as: 'name', shape: 'text' },
              advertise: { as: 'advertise', shape: 'text' },
              ready: { as: 'ready', shape: 'flag' },
              lease_left: { as: 'leaseLeft', shape: { either: ['number', 'null'] } },
            },
          },
        },
      },
      partitions: {
        as: 'partitions',
        shape: {
          list: {
            fields: {
              name: { as: 'name', shape: 'text' },
              owner: { as: 'owner', shape: { either: ['text', 'null'] } },
              epoch: { as: 'epoch', shape: { either: ['number', 'null'] } },
              in_doubt: { as: 'inDoubt', shape: 'flag' },
              here: { as: 'here', shape: 'flag' },
            },
          },
        },
      },
    },
  },
  ConfigurationDiff: {
    fields: {
      file: { as: 'file', shape: { either: ['text', 'null'] } },
      problems: { as: 'problems', shape: { list: 'text' } },
      options: {
        as: 'options',
        shape: {
          list: {
            fields: {
              option: { as: 'option', shape: 'text' },
              change: { as: 'change', shape: 'text' },
              from: { as: 'from', shape: 'text', optional: true },
              to: { as: 'to', shape: 'text', optional: true },
              applies: { as: 'applies', shape: 'text' },
            },
          },
        },
      },
      nodes: {
        as: 'nodes',
        shape: {
          list: {
            fields: {
              node: { as: 'node', shape: 'text' },
              change: { as: 'change', shape: 'text' },
              settings: { as: 'settings', shape: { list: 'text' } },
            },
          },
        },
      },
      node_counts: {
        as: 'nodeCounts',
        shape: {
          fields: {
            added: { as: 'added', shape: 'number' },
            adopted: { as: 'adopted', shape: 'number' },
            changed: { as: 'changed', shape: 'number' },
            removed: { as: 'removed', shape: 'number' },
            released: { as: 'released', shape: 'number' },
          },
        },
      },
    },
  },
  CronSchedule: {
    fields: {
      cron: { as: 'cron', shape: { either: ['text', { list: 'text' }] } },
      time_zone: { as: 'timeZone', shape: 'text', optional: true },
      grace: { as: 'grace', shape: 'number', optional: true },
    },
  },
  Delivery: {
    fields: {
      state: { as: 'state', shape: 'text' },
      held_for: { as: 'heldFor', shape: 'text', optional: true },
      attempts: { as: 'attempts', shape: 'number' },
      last_attempt: { as: 'lastAttempt', shape: { either: ['instant', 'null'] } },
      last_error: { as: 'lastError', shape: { either: ['text', 'null'] } },
      person: { as: 'person', shape: 'text', optional: true },
      instead_of: { as: 'insteadOf', shape: 'text', optional: true },
      folded: { as: 'folded', shape: 'number', optional: true },
      alert_ids: { as: 'alertIds', shape: { list: 'text' }, optional: true },
    },
  },
  Device: {
    fields: {
      device: { as: 'device', shape: { either: ['text', 'null'] } },
      since: { as: 'since', shape: 'instant' },
      last_seen: { as: 'lastSeen', shape: 'instant' },
      deadline: { as: 'deadline', shape: 'instant' },
      meta: { as: 'meta', shape: { either: ['any', 'null'] } },
    },
  },
  DnsProbe: {
    fields: {
      dns: { as: 'dns', shape: 'text' },
      type: { as: 'type', shape: 'text', optional: true },
      server: { as: 'server', shape: 'text', optional: true },
      every: { as: 'every', shape: 'number', optional: true },
      expect: {
        as: 'expect',
        shape: {
          fields: {
            answer: { as: 'answer', shape: { list: 'text' }, optional: true },
            max_ms: { as: 'maxMs', shape: 'number', optional: true },
          },
        },
        optional: true,
      },
    },
  },
  Error: {
    fields: {
      error: { as: 'error', shape: 'text' },
      code: { as: 'code', shape: 'text', optional: true },
      problems: {
        as: 'problems',
        shape: {
          list: { fields: { path: { as: 'path', shape: 'text' }, problem: { as: 'problem', shape: 'text' } } },
        },
        optional: true,
      },
    },
  },
  Event: {
    either: [
      {
        fields: {
          type: { as: 'type', shape: { is: 'state' } },
          at_ms: { as: 'at', shape: 'millis' },
          users: { as: 'users', shape: { list: { ref: 'User' } } },
          nodes: { as: 'nodes', shape: { list: { ref: 'NodeWithCause' } } },
          counts: { as: 'counts', shape: { ref: 'Stats' }, optional: true },
          reset: { as: 'reset', shape: { is: true }, optional: true },
        },
      },
      {
        fields: {
          type: { as: 'type', shape: { among: ['user.online', 'user.offline', 'user.updated'] } },
          at_ms: { as: 'at', shape: 'millis' },
          user: { as: 'user', shape: { ref: 'User' } },
        },
      },
      {
        fields: {
          type: { as: 'type', shape: { is: 'node.flip' } },
          at_ms: { as: 'at', shape: 'millis' },
          node: { as: 'node', shape: { ref: 'NodeWithCause' } },
          flip: { as: 'flip', shape: { ref: 'Flip' } },
        },
      },
      {
        fields: {
          type: { as: 'type', shape: { is: 'alert.raised' } },
          at_ms: { as: 'at', shape: 'millis' },
          alert: { as: 'alert', shape: { ref: 'Alert' } },
        },
      },
      {
        fields: {
          type: {
            as: 'type',
            shape: { among: ['alert.delivered', 'alert.dead', 'alert.cancelled', 'alert.folded'] },
          },
          at_ms: { as: 'at', shape: 'millis' },
          alert: { as: 'alert', shape: { ref: 'Alert' } },
          channel: { as: 'channel', shape: 'text' },
        },
      },
      {
        fields: {
          type: { as: 'type', shape: { is: 'daemon.blind' } },
          at_ms: { as: 'at', shape: 'millis' },
          blind: {
            as: 'blind',
            shape: {
              fields: {
                from: { as: 'from', shape: 'instant' },
                to: { as: 'to', shape: 'instant' },
                seconds: { as: 'seconds', shape: 'number' },
                cause: { as: 'cause', shape: 'text' },
              },
            },
          },
        },
      },
    ],
  },
  Flip: {
    fields: {
      from: { as: 'from', shape: 'text' },
      to: { as: 'to', shape: 'text' },
      at: null,
      at_ms: { as: 'at', shape: 'millis' },
      cause: { as: 'cause', shape: 'text' },
      retries: { as: 'retries', shape: 'number' },
      blind_seconds: { as: 'blindSeconds', shape: 'number' },
      reason: { as: 'reason', shape: 'text', optional: true },
      silenced_by: { as: 'silencedBy', shape: { list: 'text' }, optional: true },
    },
  },
  GoodbyeAnswer: { fields: { status: { as: 'status', shape: 'text' } } },
  HttpProbe: {
    fields: {
      http: { as: 'http', shape: 'text' },
      every: { as: 'every', shape: 'number', optional: true },
      expect: {
        as: 'expect',
        shape: {
          fields: {
            status: { as: 'status', shape: { either: ['number', { list: 'number' }] }, optional: true },
            header: { as: 'header', shape: { map: 'text' }, optional: true },
            body: { as: 'body', shape: 'text', optional: true },
            max_ms: { as: 'maxMs', shape: 'number', optional: true },
            certificate_days: { as: 'certificateDays', shape: 'number', optional: true },
            redirects: { as: 'redirects', shape: 'number', optional: true },
          },
        },
        optional: true,
      },
    },
  },
  Incident: {
    fields: {
      node: { as: 'node', shape: 'text' },
      from: { as: 'from', shape: 'instant' },
      to: { as: 'to', shape: { either: ['instant', 'null'] } },
      cause: { as: 'cause', shape: { either: ['text', 'null'] } },
      reason: { as: 'reason', shape: 'text', optional: true },
      acknowledged: { as: 'acknowledged', shape: { either: [{ ref: 'Acknowledgement' }, 'null'] } },
    },
  },
  IntervalSchedule: {
    fields: { every: { as: 'every', shape: 'number' }, grace: { as: 'grace', shape: 'number', optional: true } },
  },
  NextCursor: { either: ['text', 'null'] },
  Node: { fields: nodeFields },
  NodeInDetail: {
    fields: {
      ...nodeWithCauseFields,
      last_probe: { as: 'lastProbe', shape: { ref: 'ProbeResult' }, optional: true },
      settings_tag: { as: 'settingsTag', shape: 'text' },
      uptime: { as: 'uptime', shape: { ref: 'Uptime' }, optional: true },
    },
  },
  NodeUptime: {
    fields: {
      name: { as: 'name', shape: 'text' },
      ratio: { as: 'ratio', shape: { either: ['number', 'null'] } },
      active_seconds: { as: 'activeSeconds', shape: 'number' },
      inactive_seconds: { as: 'inactiveSeconds', shape: 'number' },
      failed_seconds: { as: 'failedSeconds', shape: 'number' },
      paused_seconds: { as: 'pausedSeconds', shape: 'number' },
      blind_seconds: { as: 'blindSeconds', shape: 'number' },
      maintenance_seconds: { as: 'maintenanceSeconds', shape: 'number' },
      silenced_seconds: { as: 'silencedSeconds', shape: 'number' },
      incidents: { as: 'incidents', shape: 'number' },
    },
  },
  NodeWithCause: { fields: nodeWithCauseFields },
  OnlineUser: {
    fields: {
      id: { as: 'id', shape: 'id' },
      since: { as: 'since', shape: 'instant' },
      last_seen: { as: 'lastSeen', shape: 'instant' },
      deadline: { as: 'deadline', shape: 'instant' },
    },
  },
  Override: {
    fields: {
      id: { as: 'id', shape: 'text' },
      state: { as: 'state', shape: 'text' },
      person: { as: 'person', shape: 'text' },
      starts_at: { as: 'startsAt', shape: 'instant' },
      ends_at: { as: 'endsAt', shape: 'instant' },
      by: { as: 'by', shape: 'text' },
      reason: { as: 'reason', shape: 'text', optional: true },
      updated_at: { as: 'updatedAt', shape: 'instant' },
    },
  },
  Ping: {
    fields: {
      n: { as: 'n', shape: 'number' },
      kind: { as: 'kind', shape: 'text' },
      exit_status: { as: 'exitStatus', shape: { either: ['number', 'null'] } },
      at: null,
      at_ms: { as: 'at', shape: 'millis' },
      rid: { as: 'rid', shape: { either: ['text', 'null'] } },
      duration: { as: 'duration', shape: { either: ['number', 'null'] } },
      bytes: { as: 'bytes', shape: 'number' },
      method: { as: 'method', shape: 'text' },
    },
  },
  ProbeResult: {
    fields: {
      at: null,
      at_ms: { as: 'at', shape: 'millis' },
      passed: { as: 'passed', shape: 'flag' },
      reason: { as: 'reason', shape: 'text', optional: true },
      duration: { as: 'duration', shape: 'number' },
      timings: {
        as: 'timings',
        shape: {
          fields: {
            resolve: { as: 'resolve', shape: 'number', optional: true },
            connect: { as: 'connect', shape: 'number', optional: true },
            tls: { as: 'tls', shape: 'number', optional: true },
            answer: { as: 'answer', shape: 'number', optional: true },
          },
        },
      },
      status: { as: 'status', shape: 'number', optional: true },
      certificate_days: { as: 'certificateDays', shape: 'number', optional: true },
    },
  },
  QueuedAlert: { fields: { id: { as: 'id', shape: 'text' } } },
  Rejection: { fields: { index: { as: 'index', shape: 'number' }, error: { as: 'error', shape: 'text' } } },
  Rhythm: {
    fields: {
      mean: { as: 'mean', shape: { either: ['number', 'null'] } },
      deviation: { as: 'deviation', shape: { either: ['number', 'null'] } },
      samples: { as: 'samples', shape: 'number' },
      timeout: { as: 'timeout', shape: 'number' },
    },
  },
  Rota: {
    fields: {
      name: { as: 'name', shape: 'text' },
      people: {
        as: 'people',
        shape: {
          list: { fields: { name: { as: 'name', shape: 'text' }, channel: { as: 'channel', shape: 'text' } } },
        },
      },
      turns: { as: 'turns', shape: 'text' },
      start: { as: 'start', shape: 'text' },
      hand_over: { as: 'handOver', shape: 'text' },
      time_zone: { as: 'timeZone', shape: 'text' },
    },
  },
  Session: {
    fields: {
      online_at: { as: 'onlineAt', shape: 'instant' },
      offline_at: { as: 'offlineAt', shape: 'instant' },
    },
  },
  Silence: {
    fields: {
      id: { as: 'id', shape: 'text' },
      state: { as: 'state', shape: 'text' },
      matchers: { as: 'matchers', shape: { list: 'text' } },
      starts_at: { as: 'startsAt', shape: 'instant' },
      ends_at: { as: 'endsAt', shape: 'instant' },
      by: { as: 'by', shape: 'text' },
      reason: { as: 'reason', shape: 'text', optional: true },
      updated_at: { as: 'updatedAt', shape: 'instant' },
      nodes: { as: 'nodes', shape: { list: 'text' }, optional: true },
      maintenance: { as: 'maintenance', shape: { is: true }, optional: true },
    },
  },
  Stats: {
    fields: {
      users: { as: 'users', shape: { fields: { online: { as: 'online', shape: 'number' } } } },
      devices: { as: 'devices', shape: 'number' },
      nodes: {
        as: 'nodes',
        shape: {
          fields: {
            registered: { as: 'registered', shape: 'number' },
            active: { as: 'active', shape: 'number' },
            inactive: { as: 'inactive', shape: 'number' },
            failed: { as: 'failed', shape: 'number' },
            paused: { as: 'paused', shape: 'number' },
          },
        },
      },
      sockets: { as: 'sockets', shape: 'number' },
      event_readers: { as: 'eventReaders', shape: 'number' },
    },
  },
  StatusGroup: {
    fields: { title: { as: 'title', shape: 'text' }, labels: { as: 'labels', shape: { map: 'text' } } },
  },
  StatusIncident: {
    fields: {
      id: { as: 'id', shape: 'text' },
      page: { as: 'page', shape: 'text' },
      title: { as: 'title', shape: 'text' },
      state: { as: 'state', shape: 'text' },
      began_at: { as: 'beganAt', shape: 'instant' },
      updates: {
        as: 'updates',
        shape: {
          list: {
            fields: {
              at: { as: 'at', shape: 'instant' },
              state: { as: 'state', shape: 'text' },
              text: { as: 'text', shape: 'text' },
            },
          },
        },
      },
    },
  },
  StatusPage: {
    fields: {
      slug: { as: 'slug', shape: 'text' },
      title: { as: 'title', shape: 'text' },
      groups: { as: 'groups', shape: { list: { ref: 'StatusGroup' } } },
      website: { as: 'website', shape: { either: ['text', 'null'] } },
      time_zone: { as: 'timeZone', shape: 'text' },
      has_logo: { as: 'hasLogo', shape: 'flag' },
      configured: { as: 'configured', shape: 'flag' },
      settings_tag: { as: 'settingsTag', shape: 'text' },
    },
  },
  TcpProbe: {
    fields: {
      tcp: { as: 'tcp', shape: 'text' },
      every: { as: 'every', shape: 'number', optional: true },
      expect: {
        as: 'expect',
        shape: { fields: { max_ms: { as: 'maxMs', shape: 'number', optional: true } } },
        optional: true,
      },
    },
  },
  TlsProbe: {
    fields: {
      tls: { as: 'tls', shape: 'text' },
      every: { as: 'every', shape: 'number', optional: true },
      expect: {
        as: 'expect',
        shape: {
          fields: {
            max_ms: { as: 'maxMs', shape: 'number', optional: true },
            certificate_days: { as: 'certificateDays', shape: 'number', optional: true },
          },
        },
        optional: true,
      },
    },
  },
  Turn: {
    fields: {
      rota: { as: 'rota', shape: 'text' },
      on: {
        as: 'on',
        shape: { fields: { name: { as: 'name', shape: 'text' }, channel: { as: 'channel', shape: 'text' } } },
      },
      since: { as: 'since', shape: 'instant' },
      until: { as: 'until', shape: 'instant' },
      next: {
        as: 'next',
        shape: { fields: { name: { as: 'name', shape: 'text' }, channel: { as: 'channel', shape: 'text' } } },
      },
      override: { as: 'override', shape: 'text', optional: true },
      instead_of: {
        as: 'insteadOf',
        shape: { fields: { name: { as: 'name', shape: 'text' }, channel: { as: 'channel', shape: 'text' } } },
        optional: true,
      },
    },
  },
  Uptime: { fields: uptimeFields },
  UptimeDay: {
    fields: {
      ...uptimeFields,
      date: { as: 'date', shape: 'text' },
      incidents: { as: 'incidents', shape: 'number' },
    },
  },
  UptimeMonth: {
    fields: {
      ...uptimeFields,
      month: { as: 'month', shape: 'text' },
      incidents: { as: 'incidents', shape: 'number' },
    },
  },
  UptimeReport: {
    fields: {
      name: { as: 'name', shape: 'text' },
      time_zone: { as: 'timeZone', shape: 'text' },
      uptime: { as: 'uptime', shape: { ref: 'Uptime' } },
      days: { as: 'days', shape: { list: { ref: 'UptimeDay' } } },
      months: { as: 'months', shape: { list: { ref: 'UptimeMonth' } } },
      incidents: { as: 'incidents', shape: { list: { ref: 'Incident' } } },
      incidents_total: { as: 'incidentsTotal', shape: 'number' },
    },
  },
  UptimeReportOfNodes: {
    fields: {
      time_zone: { as: 'timeZone', shape: 'text' },
      uptime: { as: 'uptime', shape: { ref: 'Uptime' } },
      days: { as: 'days', shape: { list: { ref: 'UptimeDay' } } },
      months: { as: 'months', shape: { list: { ref: 'UptimeMonth' } } },
      incidents: { as: 'incidents', shape: { list: { ref: 'Incident' } } },
      incidents_total: { as: 'incidentsTotal', shape: 'number' },
      nodes: { as: 'nodes', shape: { list: { ref: 'NodeUptime' } } },
      nodes_total: { as: 'nodesTotal', shape: 'number' },
    },
  },
  User: {
    fields: {
      id: { as: 'id', shape: 'id' },
      status: { as: 'status', shape: 'text' },
      since: { as: 'since', shape: { either: ['instant', 'null'] } },
      last_seen: { as: 'lastSeen', shape: { either: ['instant', 'null'] } },
      deadline: { as: 'deadline', shape: { either: ['instant', 'null'] } },
      devices: { as: 'devices', shape: { list: { ref: 'Device' } } },
    },
  },
  WaysIn: {
    fields: {
      url: { as: 'url', shape: { either: ['text', 'null'] } },
      problem: { as: 'problem', shape: { either: ['text', 'null'] } },
      openid: { as: 'openid', shape: { either: ['text', 'null'] } },
    },
  },
};

/** The types of events. */
export const eventTypes: readonly string[] = [
  'state',
  'user.online',
  'user.offline',
  'user.updated',
  'node.flip',
  'alert.raised',
  'alert.delivered',
  'alert.dead',
  'alert.cancelled',
  'alert.folded',
  'daemon.blind',
];

/** The codes of errors by their sentences, for calls whose errors have no code. */
export const codes: Readonly<Record<string, string>> = {
  'internal server error': 'HEARTBEAT_INTERNAL',
  'invalid user_id format': 'HEARTBEAT_INVALID_USER_ID',
  'missing user_id parameter': 'HEARTBEAT_MISSING_USER_ID',
  'invalid query': 'HEARTBEAT_INVALID_QUERY',
  'invalid batch': 'HEARTBEAT_INVALID_BATCH',
  'malformed request': 'HEARTBEAT_MALFORMED_REQUEST',
  'invalid node name': 'HEARTBEAT_INVALID_NODE_NAME',
  'the name of a status page must be at most 64 lower-case letters, digits and "-"': 'HEARTBEAT_INVALID_STATUS_PAGE_NAME',
  'invalid body': 'HEARTBEAT_INVALID_BODY',
  'invalid frame': 'HEARTBEAT_INVALID_FRAME',
  'a key is required': 'HEARTBEAT_UNAUTHORIZED',
  'this key or user token does not permit this call': 'HEARTBEAT_FORBIDDEN',
  'unknown node': 'HEARTBEAT_UNKNOWN_NODE',
  'not found': 'HEARTBEAT_NOT_FOUND',
  'no such alert': 'HEARTBEAT_NO_SUCH_ALERT',
  'no such ping: the node has not sent it, or it is not kept any more': 'HEARTBEAT_NO_SUCH_PING',
  'no such silence': 'HEARTBEAT_NO_SUCH_SILENCE',
  'no such rota': 'HEARTBEAT_NO_SUCH_ROTA',
  'no such override': 'HEARTBEAT_NO_SUCH_OVERRIDE',
  'no such channel': 'HEARTBEAT_NO_SUCH_CHANNEL',
  'this link is not valid': 'HEARTBEAT_NO_SUCH_LINK',
  'no such badge: nothing has this name or label, or the signature is missing or wrong': 'HEARTBEAT_NO_SUCH_BADGE',
  'no such status page': 'HEARTBEAT_NO_SUCH_STATUS_PAGE',
  'no such incident': 'HEARTBEAT_NO_SUCH_INCIDENT',
  'method not allowed': 'HEARTBEAT_METHOD_NOT_ALLOWED',
  'the request did not arrive in time: send it again': 'HEARTBEAT_REQUEST_TIMEOUT',
  'the node has not failed': 'HEARTBEAT_NOT_FAILED',
  'another node has this slug': 'HEARTBEAT_SLUG_TAKEN',
  'the file of declared nodes names this node: change it there': 'HEARTBEAT_DECLARED_NODE',
  'the configuration has this status page: change it there, and reload': 'HEARTBEAT_CONFIGURED_STATUS_PAGE',
  'the alert is not a dead letter in any configured channel': 'HEARTBEAT_NOT_DEAD',
  'this link has expired': 'HEARTBEAT_LINK_EXPIRED',
  'this link has been used': 'HEARTBEAT_LINK_USED',
  'the failure that this link is about is over': 'HEARTBEAT_LINK_VOID',
  'the condition in If-Match or If-None-Match does not hold, so nothing was done': 'HEARTBEAT_PRECONDITION_FAILED',
  'request body too large': 'HEARTBEAT_BODY_TOO_LARGE',
  'the path and query are too long': 'HEARTBEAT_TARGET_TOO_LONG',
  'the body has a Content-Encoding: send it without one': 'HEARTBEAT_BODY_ENCODED',
  'this Host is not allowed: add it to allowed_hosts, or configure keys': 'HEARTBEAT_MISDIRECTED',
  'this path is a WebSocket': 'HEARTBEAT_UPGRADE_REQUIRED',
  'too many requests, try again later': 'HEARTBEAT_RATE_LIMITED',
  'too many nodes are registered: delete some, or raise nodes.max': 'HEARTBEAT_TOO_MANY_NODES',
  'too many silences: end some, or raise limits.silences': 'HEARTBEAT_TOO_MANY_SILENCES',
  'too many incidents or updates: resolve some, or write about another incident': 'HEARTBEAT_TOO_MANY_INCIDENTS',
  'too many status pages: delete some': 'HEARTBEAT_TOO_MANY_STATUS_PAGES',
  'too many overrides: end some': 'HEARTBEAT_TOO_MANY_OVERRIDES',
  'this key has reached its quota of nodes: delete some of them, or raise max_nodes': 'HEARTBEAT_NODE_QUOTA',
  'request head too large': 'HEARTBEAT_HEADERS_TOO_LARGE',
  'unsupported transfer coding: use chunked or Content-Length': 'HEARTBEAT_UNKNOWN_TRANSFER_CODING',
  'not ready yet, try again later': 'HEARTBEAT_NOT_READY',
  'overloaded, try again later': 'HEARTBEAT_OVERLOADED',
  'too many readers of events, or users watched by them: raise events.readers or events.watched': 'HEARTBEAT_TOO_MANY_READERS',
  'memory is short, so new users and nodes are refused, try again later': 'HEARTBEAT_MEMORY_SHORT',
  'the store refuses writes, try again later': 'HEARTBEAT_STORE_REFUSES',
  'the store cannot be read now, try again later': 'HEARTBEAT_STORE_AWAY',
  'no response in time, try again later': 'HEARTBEAT_ANSWER_TIMEOUT',
  'the database is damaged: restore it from a backup': 'HEARTBEAT_STORE_CORRUPT',
};
