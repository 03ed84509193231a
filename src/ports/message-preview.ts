import type { AlertType } from '../domain/alert.js';

/** What a channel would send of one alert. */
export interface MessagePreview {
  readonly alert: AlertType | 'a message about many nodes';
  /** A body each: JSON, or a text. */
  readonly sent: readonly unknown[];
}

/** What the channel of this name would send of an alert of each type that it gets, without secrets. Sends nothing. */
export type PreviewChannel = (channel: string) => Promise<readonly MessagePreview[]>;
