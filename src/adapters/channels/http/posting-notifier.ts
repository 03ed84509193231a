import { BaseNotifier } from '../../../ports/channel.js';
import type { Prepared } from '../kind.js';
import type { Poster } from './poster.js';

/** A notifier that posts to a URL. */
export abstract class PostingNotifier extends BaseNotifier implements Prepared {
  protected abstract readonly poster: Pick<Poster, 'prepare' | 'close'>;

  prepare(): Promise<void> {
    return this.poster.prepare();
  }

  override close(): Promise<void> {
    return this.poster.close();
  }
}
