import type * as z from 'zod';
import type { AlertType } from '../../domain/alert.js';
import type { BaseNotifier, ChannelPolicy } from '../../ports/channel.js';
import type { Clock } from '../../ports/clock.js';
import type { Logger } from '../../ports/logger.js';
import type { Guard } from './http/address-guard.js';
import type { DnsResolver } from './http/dns-resolver.js';
import type { Proxies } from './http/proxies.js';
import type { Secret } from './secret.js';

/** What a channel is made with, beside its settings. */
export interface ChannelTools {
  readonly policy: ChannelPolicy;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Which addresses names may stand for. */
  readonly guard: Guard;
  /** This channel's own: a name server that does not answer it delays no other. */
  readonly names: DnsResolver;
  /** Certificates in PEM that it trusts instead of the usual ones. */
  readonly ca?: string | undefined;
  /** Through which its HTTP calls go out; undefined where they are made directly. */
  readonly proxies?: Proxies | undefined;
}

/** What loads what it needs before it is used: later it would take the time of everything else. */
export interface Prepared {
  /** Rejects with an `Error` that says why it cannot be used. */
  prepare(): Promise<void>;
}

/** A setting that is a secret. `url` may be written into the file, or `url_env` or `url_file` say where it is. */
export interface SecretSetting {
  readonly name: string;
  readonly required: boolean;
  /** Whether it may be written into the file itself. */
  readonly inline: boolean;
  /** @returns what it must be, when it is not */
  readonly check?: (text: string) => string | undefined;
  /** What of it people may be shown. */
  readonly shown?: (text: string) => string;
}

export type Secrets = Readonly<Record<string, Secret | undefined>>;

/** A kind of channel: its settings, and how it is made of them. */
export interface ChannelKind<Settings extends object = object> {
  /** Its own settings; those that every channel has come on top. Each refusal begins with "must be". */
  readonly settings: z.ZodObject<z.ZodRawShape, z.core.$strict> & z.ZodType<Settings>;
  readonly secrets: readonly SecretSetting[];
  /** Settings that hold texts by their names, any of which may be a secret: nobody reads them in an error. */
  readonly hidden?: readonly string[];
  /** Whether it makes connections that may be encrypted, so that it may be told whom to trust. */
  readonly encrypts?: true;
  /** Types of alerts that it must not be for, and why. */
  readonly unfit?: { readonly events: readonly AlertType[]; readonly because: string };
  create(settings: Settings, secrets: Secrets, tools: ChannelTools): BaseNotifier & Partial<Prepared>;
}
