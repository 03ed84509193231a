import type * as z from 'zod';
import type { AlertType } from '../../domain/alert.js';
import type { BaseNotifier, ChannelPolicy, UserEventsNotifier } from '../../ports/channel.js';
import type { Clock } from '../../ports/clock.js';
import type { Logger } from '../../ports/logger.js';
import type { Guard } from './http/ssrf-guard.js';
import type { DnsResolver } from './http/dns-resolver.js';
import type { Proxies } from './http/proxies.js';
import type { Secret } from './secret.js';

/** What a channel is made with, besides its settings. */
export interface ChannelTools {
  readonly policy: ChannelPolicy;
  readonly logger: Logger;
  readonly clock: Clock;
  /** The addresses that it may connect to. */
  readonly guard: Guard;
  /** The channel's own, so that a name server that does not answer it delays no other. */
  readonly names: DnsResolver;
  /** PEM certificates to trust instead of the usual ones. */
  readonly ca?: string | undefined;
  /** Proxies for its HTTP calls; undefined: direct connections. */
  readonly proxies?: Proxies | undefined;
  /** For a preview: takes what would be sent, and nothing connects. */
  readonly outlet?: Outlet | undefined;
}

/** Takes a body, or what a library would make one of. */
export type Outlet = (sent: string | object) => void;

/** The same, for a channel that notifies people through other channels. */
export interface PlanTools extends ChannelTools {
  /** Makes another notifier for the receiver of a channel. */
  readonly person: (channel: string) => Pick<BaseNotifier, 'notify' | 'close'> & Partial<Prepared>;
}

/**
 * A notifier that loads its libraries before it is used: later, loading would hold up everything else. See decision 87.
 */
export interface Prepared {
  /** Rejects with an `Error` that says why it cannot be used. */
  prepare(): Promise<void>;
}

/** A secret setting. Its value is in the file (`url`), or found through `url_env` or `url_file`. */
export interface SecretSetting {
  readonly name: string;
  readonly required: boolean;
  /** Whether the value may be in the file itself. */
  readonly inline: boolean;
  /** @returns what it must be, if it is not */
  readonly check?: (text: string) => string | undefined;
  /** The part that may be shown. */
  readonly shown?: (text: string) => string;
}

export type Secrets = Readonly<Record<string, Secret | undefined>>;

type CreateForUsers<Settings> = {
  // A method, since kinds of different settings are in one list.
  make(settings: Settings, secrets: Secrets, tools: ChannelTools): UserEventsNotifier & Partial<Prepared>;
}['make'];

/** A kind of channel: its settings, and how to make one. */
export interface ChannelKind<Settings extends object = object> {
  /** Its own settings, without those that every channel has. Each refusal begins with "must be". */
  readonly settings: z.ZodObject<z.ZodRawShape, z.core.$strict> & z.ZodType<Settings>;
  readonly secrets: readonly SecretSetting[];
  /** The settings, and secrets, that say where it sends: channels of this kind with the same ones have one receiver. */
  readonly receiver: readonly string[];
  /** Settings with arbitrary texts that may be secret, so errors do not show them. */
  readonly hidden?: readonly string[];
  /** Whether it makes connections that may be encrypted, so that trusted certificates can be configured. */
  readonly encrypts?: true;
  /** Types of alerts that it must not get, and why. */
  readonly unfit?: { readonly events: readonly AlertType[]; readonly because: string };
  create(settings: Settings, secrets: Secrets, tools: ChannelTools): BaseNotifier & Partial<Prepared>;
  /** Makes what sends events of users, with connections of its own. Absent: this kind cannot send any. */
  readonly createForUsers?: CreateForUsers<Settings>;
}
