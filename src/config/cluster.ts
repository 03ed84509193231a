import { resolve } from 'node:path';
import type { StoreLocation } from '../adapters/store-location.js';
import { readCertificates } from './channels/certificates.js';
import { CLUSTER_PREFIX, type Config } from './schema.js';
import { readTls, type ConfiguredTls } from './tls.js';

/** How etcd is reached by HTTPS. */
interface ConfiguredEtcdTls {
  /** Authorities that may sign its certificates, in PEM. Undefined: those that Node knows. */
  readonly ca: string | undefined;
  /** What the daemon shows. */
  readonly client: ConfiguredTls | undefined;
}

/** The cluster that the daemon is to be a member of. */
export interface ConfiguredCluster {
  /** Of this daemon; no other member has it. */
  readonly name: string;
  /** The URL at which the other members reach it. */
  readonly advertise: string;
  readonly etcd: {
    readonly endpoints: readonly string[];
    /** What all keys of the cluster begin with. */
    readonly prefix: string;
    readonly tls: ConfiguredEtcdTls;
  };
}

interface ClusterProblem {
  readonly option: string;
  readonly problem: string;
}

interface FileReader {
  readonly cwd: string;
  readonly readFile: (path: string) => string;
}

/**
 * Reads the files, and checks that a cluster can work with the other options.
 *
 * @returns undefined for a daemon that stands alone, or every problem
 */
export function readCluster(
  { cluster, partitions }: Pick<Config, 'cluster' | 'partitions'>,
  store: StoreLocation,
  files: FileReader,
): { readonly cluster: ConfiguredCluster | undefined } | { readonly problems: readonly ClusterProblem[] } {
  const { name, advertise, etcd } = cluster;
  if (name === null) return alone(cluster);
  const problems: ClusterProblem[] = [];
  const missing = (option: string): void => {
    problems.push({ option, problem: 'must be given with cluster.name' });
  };
  if (advertise === null) missing('cluster.advertise');
  if (etcd.endpoints === null) missing('cluster.etcd.endpoints');
  if (store.kind !== 'postgres')
    problems.push({
      option: 'store',
      problem: 'must be the URL of a PostgreSQL database with cluster.name: no other member reaches data_dir',
    });
  if (partitions === 1)
    problems.push({
      option: 'partitions',
      problem: 'must be 2 or more with cluster.name: each is owned by one member',
    });
  const tls = readEtcdTls(cluster, files, problems);
  if (advertise === null || etcd.endpoints === null || tls === undefined || problems.length > 0)
    return { problems };
  const { endpoints, prefix } = etcd;
  return { cluster: { name, advertise, etcd: { endpoints, prefix, tls } } };
}

/** What would be ignored without a name. */
function alone({ advertise, etcd }: Config['cluster']): ReturnType<typeof readCluster> {
  const { prefix, ...others } = etcd;
  const given = [
    ['cluster.advertise', advertise],
    ...Object.entries(others).map(([key, value]) => [`cluster.etcd.${key}`, value] as const),
    ['cluster.etcd.prefix', prefix === CLUSTER_PREFIX ? null : prefix],
  ].find(([, value]) => value !== null);
  if (given === undefined) return { cluster: undefined };
  return { problems: [{ option: 'cluster.name', problem: `must be given with ${String(given[0])}` }] };
}

/** @returns undefined if there are problems, which are added */
function readEtcdTls(
  { etcd: { endpoints, ca_file: caFile, certificate, key } }: Config['cluster'],
  files: FileReader,
  problems: ClusterProblem[],
): ConfiguredEtcdTls | undefined {
  const add = (option: string, problem: string): void => {
    problems.push({ option: `cluster.etcd.${option}`, problem });
  };
  const isPlain = endpoints?.every((url) => url.startsWith('http:')) === true;
  for (const [option, file] of Object.entries({ ca_file: caFile, certificate, key }))
    if (isPlain && file !== null) add(option, 'has no use without https in cluster.etcd.endpoints');
  const path = caFile === null ? undefined : resolve(files.cwd, caFile);
  const { ca, problem } = readCertificates(path, { encrypts: true }, files.readFile);
  if (problem !== undefined) add('ca_file', problem);
  const read = readTls({ certificate, key }, files);
  if ('tls' in read) return { ca, client: read.tls };
  add(read.option, read.problem.replace('tls.', 'cluster.etcd.'));
  return undefined;
}
