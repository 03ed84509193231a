import type { ChannelKind, ChannelTools, Prepared, Secrets } from '../adapters/channels/kind.js';
import { PERMIT_ALL } from '../adapters/channels/http/ssrf-guard.js';
import { DnsResolver } from '../adapters/channels/http/dns-resolver.js';
import { channelKinds } from '../adapters/channels/registry.js';
import { Secret } from '../adapters/channels/secret.js';
import type { AlertMessage, Attempt, BaseNotifier as AnyNotifier } from '../ports/channel.js';
import { camel } from './casing.js';
import { systemClock } from './clock.js';
import { messageOf, BaseNotifier, type AlertNotification } from './notification.js';
import { identify } from './notifier-identity.js';

const quiet = (): void => undefined;
const silence = { error: quiet, warn: quiet, info: quiet, debug: quiet };

/** The tools of a notifier that no instance has taken. */
const ALONE: ChannelTools = {
  policy: {
    name: 'notifier',
    kind: 'notifier',
    events: [],
    concurrency: 4,
    attemptTimeout: 10_000,
    retry: { minDelay: 5_000, maxDelay: 300_000, giveUpAfter: 86_400_000 },
  },
  logger: silence,
  clock: systemClock,
  guard: PERMIT_ALL,
  names: new DnsResolver({ timeout: 3_000 }),
};

/** A kind of channel that the daemon has too. May be extended, and used alone. */
export class BuiltInNotifier extends BaseNotifier implements Prepared {
  readonly #create: (tools: ChannelTools) => AnyNotifier & Partial<Prepared>;
  readonly #asChannel: BuiltInNotifier['asChannel'];
  #inner: (AnyNotifier & Partial<Prepared>) | undefined;
  #tools: ChannelTools | undefined;

  /** @throws TypeError if the settings or secrets are not what the kind needs */
  constructor(kind: ChannelKind, settings: object, given: Readonly<Record<string, string | undefined>>) {
    super();
    const parsed = kind.settings.safeParse(settings);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw new TypeError(`${camel(issue?.path.join('.') ?? '')} ${issue?.message ?? ''}`);
    }
    const secrets: Record<string, Secret> = {};
    for (const { name, required, check } of kind.secrets) {
      const text: unknown = given[name];
      if (text === undefined && !required) continue;
      const problem = typeof text === 'string' ? check?.(text) : 'must be a text';
      // A secret is not shown, whatever is wrong with it.
      if (problem !== undefined) throw new TypeError(`the ${name} ${problem}`);
      if (typeof text === 'string') secrets[name] = new Secret(text);
    }
    identify(this, settings, given);
    const name = Object.entries<ChannelKind>(channelKinds).find(([, each]) => each === kind)?.[0];
    this.#asChannel = (variableOf) => {
      const named = Object.entries(secrets).map(([secret, value]): [string, string] => {
        const isInline = kind.secrets.some((each) => each.name === secret && each.inline);
        return isInline ? [secret, value.reveal()] : [`${secret}_env`, variableOf(secret, value.reveal())];
      });
      const found: Readonly<Record<string, string>> = Object.fromEntries(named);
      return { kind: name, ...settings, ...found };
    };
    const made: Secrets = secrets;
    // The programmer wrote the URL, which is permission enough for whatever its name resolves to.
    this.#create = (tools) => kind.create(parsed.data, made, { ...tools, guard: PERMIT_ALL });
  }

  /**
   * Its kind and settings as a configuration file has them, with the secrets that may stand in one.
   *
   * @param variableOf takes a secret that may not, and returns the name of the variable that has it
   */
  asChannel(variableOf: (secret: string, value: string) => string): object {
    return this.#asChannel(variableOf);
  }

  /**
   * An instance takes it, and its policy applies from now on.
   *
   * @throws TypeError if another instance has it
   */
  join(tools: ChannelTools): void {
    if (this.#tools !== undefined)
      throw new TypeError('a notifier can belong to one instance only: create another one');
    this.#tools = tools;
    this.#inner = undefined;
  }

  /** Loads what it needs: an instance calls this before there is anything to deliver. */
  async prepare(): Promise<void> {
    await this.#made().prepare?.();
  }

  /** @param alert in the form of a program, or of a module of the daemon */
  override notify(alert: AlertNotification | AlertMessage, attempt: Attempt): Promise<void> {
    return this.#made().notify('at_ms' in alert ? alert : messageOf(alert), attempt);
  }

  #made(): AnyNotifier & Partial<Prepared> {
    this.#inner ??= this.#create(this.#tools ?? ALONE);
    return this.#inner;
  }

  override async close(): Promise<void> {
    const inner = this.#inner;
    this.#inner = undefined;
    this.#tools = undefined;
    await inner?.close();
  }
}
