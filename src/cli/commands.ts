import type { AddCommand } from './api/api-command.js';
import type { CommandEntry } from './command-table.js';

const DAEMON = 'The daemon:';
const LOOK = 'Look at it:';
const USERS = 'Users:';
const NODES = 'Nodes and jobs:';
const ALERTS = 'Alerts:';
const ADMINISTER = 'Administer:';

const ofDaemon = () => import('./api/daemon-commands.js');
const ofUsers = () => import('./api/users-commands.js');
const ofNodes = () => import('./api/nodes-commands.js');
const ofAlerts = () => import('./api/alerts-commands.js');

/** The commands, in the order of `--help`. A command is loaded when it is the one that was asked for. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'start',
    group: DAEMON,
    summary: 'run the daemon until it is stopped',
    add: async (...at) => (await import('./start-command.js')).addStartCommand(...at),
  },
  {
    name: 'healthcheck',
    group: DAEMON,
    summary: 'ask the daemon of this machine whether it is alive, for containers',
    add: async (...at) => (await import('./healthcheck-command.js')).addHealthcheckCommand(...at),
  },
  {
    name: 'config',
    group: DAEMON,
    summary: 'print the value of each option and where it came from',
    add: async (...at) => (await import('./config/command.js')).addConfigCommand(...at),
  },
  ask('status', LOOK, 'how the daemon, users and nodes are', ofDaemon, 'status'),
  {
    name: 'watch',
    group: LOOK,
    summary: 'a live screen of what fails and what happens',
    add: async (program, context) => (await import('./watch/command.js')).watch(program, 'watch', context),
  },
  {
    name: 'events',
    group: LOOK,
    summary: 'print what changes, as it happens',
    add: async (program, context) =>
      (await import('./api/events-command.js')).events(program, 'events', context),
  },
  ask('supervision', LOOK, 'the supervision tree, with restarts', ofDaemon, 'supervision'),
  ask('whoami', LOOK, 'which key this is, and what it may do', ofDaemon, 'whoami'),
  ask('users', USERS, 'list the users who are online', ofUsers, 'users'),
  ask('user', USERS, 'show a user', ofUsers, 'user'),
  ask('heal', USERS, 'keep users online for another session timeout', ofUsers, 'heal'),
  ask('goodbye', USERS, 'end the sessions of users', ofUsers, 'goodbye'),
  ask('checkup', USERS, 'say whether users are online', ofUsers, 'checkup'),
  ask('rhythm', USERS, 'list the sessions of a user', ofUsers, 'rhythm'),
  ask('nodes', NODES, 'list nodes', ofNodes, 'nodes'),
  ask('node', NODES, 'show a node', ofNodes, 'node'),
  ask('beat', NODES, 'send heartbeats of nodes', ofNodes, 'beat'),
  ask('fail', NODES, 'report a failure of a node', ofNodes, 'fail'),
  ask('pause', NODES, 'stop watching a node', ofNodes, 'pause'),
  ask('resume', NODES, 'watch a node again', ofNodes, 'resume'),
  {
    name: 'run',
    group: NODES,
    summary: 'run a job, and report its start, its end and its output',
    add: async (...at) => (await import('./run/command.js')).addRunCommand(...at),
  },
  {
    name: 'emit',
    group: NODES,
    summary: 'send heartbeats for many nodes while their probes pass',
    add: async (...at) => (await import('./emit/command.js')).addEmitCommand(...at),
  },
  ask('alerts', ALERTS, 'list alerts and their delivery', ofAlerts, 'alerts'),
  ask('ack', ALERTS, 'acknowledge the failure of a node', ofNodes, 'acknowledge'),
  ask('redeliver', ALERTS, 'deliver a dead letter again', ofAlerts, 'redeliver'),
  ask('silence', ALERTS, 'mute alerts of nodes until a time', ofAlerts, 'silence'),
  ask('silences', ALERTS, 'list silences', ofAlerts, 'silences'),
  ask('unsilence', ALERTS, 'end a silence', ofAlerts, 'expire'),
  {
    name: 'channels',
    group: ALERTS,
    summary: 'try the configured channels',
    add: async (...at) => (await import('./channels/command.js')).addChannelsCommand(...at),
  },
  {
    name: 'keys',
    group: ADMINISTER,
    summary: 'manage API keys',
    add: async (program) => (await import('./keys-command.js')).addKeysCommand(program),
  },
  {
    name: 'store',
    group: ADMINISTER,
    summary: 'back up, restore, verify, repair or copy the store',
    add: async (...at) => (await import('./store/command.js')).addStoreCommand(...at),
  },
  {
    name: 'import',
    group: ADMINISTER,
    summary: 'bring checks or monitors of another service over',
    add: async (...at) => (await import('./import/command.js')).addImportCommand(...at),
  },
  {
    name: 'bench',
    group: ADMINISTER,
    summary: 'send heals for virtual users, and check the stored sessions',
    add: async (program, { mainPath }) =>
      (await import('./bench/command.js')).addBenchCommand(program, {
        mainPath,
        nodeArguments: process.execArgv,
      }),
  },
];

/** A command that calls the API. */
function ask<Name extends string>(
  name: string,
  group: string,
  summary: string,
  load: () => Promise<Readonly<Record<Name, AddCommand>>>,
  as: Name,
): CommandEntry {
  return {
    name,
    group,
    summary,
    add: async (program, context) => (await load())[as](program, name, context),
  };
}
