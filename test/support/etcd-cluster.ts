import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';
import { temporaryDirectory, type TemporaryDirectory } from './temporary-directory.js';

const NAMES = ['e1', 'e2', 'e3'];

interface EtcdMember {
  readonly name: string;
  readonly client: string;
  /** Its URL for clients with a certificate, if it has one. */
  readonly secure: string | undefined;
  readonly peer: string;
  readonly directory: string;
  child: ChildProcess | undefined;
}

/** Paths of files in PEM, with which members prove themselves and clients have to. */
export interface EtcdCertificates {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

interface Status {
  readonly header: { readonly member_id: string };
  readonly leader?: string;
}

/** Three members of a real etcd on the loopback, Debian's. */
export class EtcdCluster {
  readonly #members: readonly EtcdMember[];
  readonly #directory: TemporaryDirectory;
  readonly #certificates: EtcdCertificates | undefined;

  private constructor(
    members: readonly EtcdMember[],
    directory: TemporaryDirectory,
    certificates: EtcdCertificates | undefined,
  ) {
    this.#members = members;
    this.#directory = directory;
    this.#certificates = certificates;
  }

  /** @param certificates for a second URL of each member, by HTTPS */
  static async start(certificates?: EtcdCertificates): Promise<EtcdCluster> {
    const directory = await temporaryDirectory();
    const members: EtcdMember[] = [];
    for (const name of NAMES) {
      const [client, peer] = [await freePort(), await freePort()].map(
        (port) => `http://127.0.0.1:${String(port)}`,
      );
      members.push({
        name,
        client: client ?? '',
        secure: certificates && `https://127.0.0.1:${String(await freePort())}`,
        peer: peer ?? '',
        directory: path.join(directory.path, name),
        child: undefined,
      });
    }
    const cluster = new EtcdCluster(members, directory, certificates);
    await cluster.run();
    return cluster;
  }

  get endpoints(): readonly string[] {
    return this.#members.map(({ client }) => client);
  }

  get secureEndpoints(): readonly string[] {
    return this.#members.flatMap(({ secure }) => secure ?? []);
  }

  /** Starts all members that do not run. Resolves when they have a leader. */
  async run(): Promise<void> {
    for (const member of this.#members) member.child ??= this.#spawn(member);
    await eventually(async () => {
      for (const { client } of this.#members) await post(client, 'kv/range', { key: 'AA==' });
    });
  }

  #spawn({ name, client, secure, peer, directory }: EtcdMember): ChildProcess {
    const urls = secure === undefined ? client : `${client},${secure}`;
    const tls = this.#certificates && {
      'cert-file': this.#certificates.certificate,
      'key-file': this.#certificates.key,
      'trusted-ca-file': this.#certificates.authority,
      'client-cert-auth': 'true',
    };
    const options = {
      name,
      'data-dir': directory,
      'listen-client-urls': urls,
      'advertise-client-urls': urls,
      'listen-peer-urls': peer,
      'initial-advertise-peer-urls': peer,
      'initial-cluster': this.#members.map((each) => `${each.name}=${each.peer}`).join(','),
      logger: 'zap',
      'log-level': 'error',
      ...tls,
    };
    const args = Object.entries(options).map(([option, value]) => `--${option}=${value}`);
    return spawn('etcd', args, { stdio: 'ignore' }).on('error', () => undefined);
  }

  /** The member that is the leader. */
  async #leader(): Promise<EtcdMember> {
    for (const member of this.#members) {
      const status = await this.#status(member);
      if (status.leader !== undefined && status.leader === status.header.member_id) return member;
    }
    throw new Error('etcd has no leader');
  }

  #status({ client }: EtcdMember): Promise<Status> {
    return post<Status>(client, 'maintenance/status', {});
  }

  /** The leader stops in order, and hands its leadership over. */
  async moveLeader(): Promise<void> {
    const leader = await eventually(() => this.#leader());
    const other = this.#members.find((member) => member !== leader);
    if (other === undefined) return;
    const { header } = await this.#status(other);
    await post(leader.client, 'maintenance/transfer-leadership', { targetID: header.member_id });
  }

  /** The leader is killed, or stands still, while another one is elected. */
  async signalLeader(signal: 'SIGKILL' | 'SIGSTOP'): Promise<void> {
    const leader = await eventually(() => this.#leader());
    await signalAndWait(leader, signal);
  }

  resume(): void {
    for (const { child } of this.#members) child?.kill('SIGCONT');
  }

  /** All members end at once. */
  async stop(): Promise<void> {
    for (const member of this.#members) await signalAndWait(member, 'SIGKILL');
  }

  async endLease(lease: string): Promise<void> {
    await eventually(() => post(this.endpoints[0] ?? '', 'lease/revoke', { ID: lease }));
  }

  async remove(): Promise<void> {
    await this.stop();
    await this.#directory.remove();
  }
}

async function signalAndWait(member: EtcdMember, signal: 'SIGKILL' | 'SIGSTOP'): Promise<void> {
  const { child } = member;
  if (child === undefined) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  if (signal === 'SIGSTOP') return;
  member.child = undefined;
  if (child.exitCode === null && child.signalCode === null) await ended;
}

async function post<Answer>(client: string, call: string, body: object): Promise<Answer> {
  const response = await fetch(`${client}/v3/${call}`, { method: 'POST', body: JSON.stringify(body) });
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as Answer;
}
