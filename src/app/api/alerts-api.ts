import type { DescribedNode } from '../../../actors/node/node.protocol.js';
import type {
  NotifierCommand,
  OverrideCommand,
  SilenceCommand,
} from '../../../actors/notifier/notifier.protocol.js';
import type { AlertRecord } from '../../domain/alert.js';
import type { Rota } from '../../domain/rota.js';
import type { RotaOverride } from '../../domain/rota-override.js';
import type { Silence, SilencedInterval, SilenceId } from '../../domain/silence.js';
import type { Instant } from '../../domain/time.js';
import type { MessagePreview } from '../../ports/message-preview.js';
import type { AlertRange } from '../../ports/outbox.js';

/** Alerts and channels. */
export interface AlertsApi {
  /** The names of the configured channels. */
  readonly channels: readonly string[];

  /**
   * Present alerts, newest first, in chunks. What is not pulled is not read.
   *
   * @throws HeartbeatError if the store cannot be read
   */
  list(range: AlertRange): AsyncIterable<readonly AlertRecord[]>;

  /** What a channel would send of each type of alert that it gets; undefined if there is no such channel. */
  preview(channel: string): Promise<ChannelPreview | undefined>;

  /** Its `answered` is called once; a refusal is a reply too. */
  command(command: NotifierCommand): void;
}

/** What a channel would send, without secrets. */
export interface ChannelPreview {
  readonly kind: string;
  /** Empty if a program made the channel. */
  readonly previews: readonly MessagePreview[];
}

/** Silences. */
export interface SilencesApi {
  /**
   * All that are kept, oldest first.
   *
   * @param isMaintenance those of maintenance windows, with the next of each window, in place of the others
   * @throws HeartbeatError `HEARTBEAT_NOT_READY` while they are kept elsewhere
   */
  list(isMaintenance?: boolean): readonly Silence[];

  /** @throws HeartbeatError likewise */
  get(id: SilenceId): Silence | undefined;

  /** Whether a signed link has made one of them. @throws HeartbeatError likewise */
  usesLink(id: string): boolean;

  /** Its `answered` is called once, when the change is on disk; a refusal is a reply too. */
  command(command: SilenceCommand): void;

  /** The active silences of a node; none while silences are kept elsewhere. */
  of(node: Pick<DescribedNode, 'name' | 'labels'>): readonly SilenceId[];

  /** The maintenance windows that are not over: of each, its present or its next time. @throws HeartbeatError likewise */
  maintenance(): readonly Silence[];

  /** The maintenance window that a node is in; of several, the one that ends last. */
  maintenanceOf(node: Pick<DescribedNode, 'name' | 'labels'>): Silence | undefined;

  /**
   * When a node with these labels was silenced within a range, earliest first; nothing while silences are kept
   * elsewhere.
   */
  intervalsOf(
    node: Pick<DescribedNode, 'name' | 'labels'>,
    range: { readonly from: Instant; readonly to: Instant },
  ): Promise<readonly SilencedInterval[]>;
}

/** Who is on call. */
export interface RotasApi {
  /** Those of the configuration in force. */
  readonly all: readonly Rota[];

  /**
   * The overrides that are kept, of any rota, oldest first.
   *
   * @throws HeartbeatError `HEARTBEAT_NOT_READY` while they are kept elsewhere
   */
  overrides(): readonly RotaOverride[];

  /** Its `answered` is called once, when the change is on disk; a refusal is a reply too. */
  command(command: OverrideCommand): void;
}
