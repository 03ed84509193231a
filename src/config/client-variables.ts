/*
 * The variables of the environment that commands read when they look for a daemon. They are here, and not beside the
 * options, so that a command that only asks one question does not load the schema.
 */

/** Names the configuration file. It is not an option, because a file cannot name itself. */
export const CONFIG_VARIABLE = 'HEARTBEAT_CONFIG';

/** The key that clients such as `heartbeat bench` send. The daemon's own configuration holds only hashes. */
export const KEY_VARIABLE = 'HEARTBEAT_KEY';

/** Where clients find the daemon. It is no option of the daemon. */
export const URL_VARIABLE = 'HEARTBEAT_URL';

export type Environment = Readonly<Record<string, string | undefined>>;

// Kubernetes sets these in every pod beside a Service named `heartbeat` or `heartbeat-…`. One of them,
// HEARTBEAT_PORT=tcp://10.0.0.1:3519, has the name of an option, and only its value tells them apart.
const serviceLink = /^HEARTBEAT_(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_\w+)?)$/;
const serviceLinkPort = /^(tcp|udp|sctp):\/\//;

/** Whether a variable is one of Kubernetes, and none of ours. */
export function isServiceLink(name: string, value: string): boolean {
  return serviceLink.test(name) || (name.endsWith('_PORT') && serviceLinkPort.test(value));
}
