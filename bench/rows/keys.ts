import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { SignJWT } from 'jose';

import type { BenchContext } from '../context.js';
import { warmUp, wrkWithCpu } from '../meters/wrk.js';
import { cpuMicroseconds } from '../process/cpu.js';
import type { Figure, Row } from '../row.js';
import { ratios } from '../statistics.js';

const USERS = 20_000;
const CONNECTIONS = 64;
const SESSION_TIMEOUT_S = 600;
/** Keys in the daemon's configuration: a realistic number. */
const KEYS = 10;

/** The kinds of credentials that are compared. */
const CREDENTIALS = ['without', 'with a key', 'with a token'] as const;
type Credential = (typeof CREDENTIALS)[number];

export const keys: Row = {
  name: 'keys',
  title: 'PUT /heal that extends, with a key and with tokens of users, beside one without',
  needs: ['wrk'],
  goals: {},
  run: async (context) => {
    const { servers, signal, rounds, say, size } = context;
    const users = size(USERS, USERS / 10);
    const directory = servers.temporaryDirectory();
    const issuer = new Issuer(directory);
    const credentials = await issuer.credentials(users);
    const daemons = new Map<Credential, { readonly url: string; readonly pid: number }>();
    for (const who of CREDENTIALS) {
      const { bearers, configuration } = credentials[who];
      const daemon = await servers.daemon({ sessionTimeoutSeconds: SESSION_TIMEOUT_S, configuration });
      daemons.set(who, daemon);
      say(`warming heartbeat ${who}`);
      await warmUp(daemon.url, users, signal, bearers);
    }
    const cpu: Record<Credential, number[]> = { without: [], 'with a key': [], 'with a token': [] };
    const once: Record<'known' | 'new', number[]> = { known: [], new: [] };
    let errors = 0;
    for (let round = 0; round < rounds; round++) {
      for (const who of round % 2 === 0 ? CREDENTIALS : CREDENTIALS.toReversed()) {
        const daemon = daemons.get(who);
        if (daemon === undefined) continue;
        say(`round ${String(round + 1)} of ${String(rounds)}: ${who}`);
        const run = await wrkWithCpu(
          {
            url: daemon.url,
            script: 'heal',
            users,
            bearers: credentials[who].bearers,
            connections: CONNECTIONS,
            seconds: context.seconds,
            signal,
          },
          [daemon.pid],
        );
        cpu[who].push(run.cpuUs);
        errors += run.errors;
        if (who !== 'with a token') continue;
        once.known.push(await cpuOfOneEach(context, daemon, users, credentials[who].bearers));
        once.new.push(await cpuOfOneEach(context, daemon, users, await issuer.tokens(users)));
      }
    }
    return {
      figures: [
        { name: 'with a key, of without', unit: '×', rounds: ratios(cpu['with a key'], cpu.without) },
        { name: 'with a token, of without', unit: '×', rounds: ratios(cpu['with a token'], cpu.without) },
        { name: 'with a new token, of a known one', unit: '×', rounds: ratios(once.new, once.known) },
        ...CREDENTIALS.map((who): Figure => ({
          name: `${who}, CPU a request`,
          unit: 'µs',
          rounds: cpu[who],
        })),
        { name: 'with a new token, CPU a request', unit: 'µs', rounds: once.new },
      ],
      notes: errors === 0 ? [] : [`${String(errors)} requests failed`],
    };
  },
};

/** Heals each user once. */
async function cpuOfOneEach(
  { signal }: BenchContext,
  { url, pid }: { readonly url: string; readonly pid: number },
  users: number,
  bearers: string | undefined,
): Promise<number> {
  const before = cpuMicroseconds([pid]);
  await warmUp(url, users, signal, bearers);
  return (cpuMicroseconds([pid]) - before) / users;
}

/** Creates keys and tokens, and the configurations that accept them. */
class Issuer {
  readonly #directory: string;
  readonly #secret = randomBytes(32).toString('hex');
  #files = 0;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async credentials(
    users: number,
  ): Promise<
    Readonly<
      Record<Credential, { readonly bearers: string | undefined; readonly configuration: string | undefined }>
    >
  > {
    const made = Array.from({ length: KEYS }, () => randomBytes(32).toString('base64url'));
    const entries = made.map((key, at) => {
      const hash = createHash('sha256').update(key).digest('hex');
      return { name: `key-${String(at)}`, hash: `sha256:${hash}`, scopes: ['heal'] };
    });
    const user_tokens = { secret_file: this.#write(this.#secret) };
    return {
      without: { bearers: undefined, configuration: undefined },
      'with a key': {
        bearers: this.#write(made.at(-1) ?? ''),
        configuration: this.#write(JSON.stringify({ auth: { keys: entries } })),
      },
      'with a token': {
        bearers: await this.tokens(users),
        configuration: this.#write(JSON.stringify({ auth: { keys: entries, user_tokens } })),
      },
    };
  }

  /** Writes new tokens for all users to a file. */
  async tokens(users: number): Promise<string> {
    const secret = new TextEncoder().encode(this.#secret);
    const signed = Array.from({ length: users }, (_, at) =>
      new SignJWT()
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject(String(at + 1))
        .setExpirationTime('1h')
        .setJti(randomBytes(8).toString('hex'))
        .sign(secret),
    );
    return this.#write((await Promise.all(signed)).join('\n'));
  }

  #write(text: string): string {
    const file = join(this.#directory, `credentials-${String(++this.#files)}`);
    writeFileSync(file, text);
    return file;
  }
}
