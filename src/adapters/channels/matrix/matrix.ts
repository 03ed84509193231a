import * as z from 'zod';
import type { AlertMessage, Attempt } from '../../../ports/channel.js';
import { headerCredential } from '../http/credential.js';
import { Poster, type Refusal } from '../http/poster.js';
import { PostingNotifier } from '../http/posting-notifier.js';
import { httpUrl, originOf } from '../http/url.js';
import type { ChannelKind, ChannelTools, Secrets } from '../kind.js';
import type { Secret } from '../secret.js';
import { matrixMessage } from './message.js';

const ROOM = 'must be the id of a room, such as !abc:example.org (not its address, which begins with #)';
const settings = z.strictObject({
  room: z.string({ error: ROOM }).regex(/^![^\s]{1,254}$/, { error: ROOM }),
});

type Own = z.output<typeof settings>;

/**
 * A room of Matrix.
 * https://spec.matrix.org/v1.18/client-server-api/#put_matrixclientv3roomsroomidsendeventtypetxnid
 */
class MatrixNotifier extends PostingNotifier {
  protected readonly poster: Poster;
  readonly #token: Secret;
  readonly #path: string;

  constructor({ room }: Own, { url, token }: Secrets, tools: ChannelTools) {
    super();
    if (url === undefined || token === undefined) throw new TypeError('Matrix without a server or a token');
    this.#token = token;
    this.#path = `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/send/m.room.message/`;
    this.poster = new Poster(url, [token], tools, { understood: refusalIn });
  }

  override notify(alert: AlertMessage, attempt: Attempt): Promise<void> {
    return this.poster.post(
      JSON.stringify(matrixMessage(alert)),
      { authorization: `Bearer ${this.#token.reveal()}` },
      attempt,
      // A server makes one message of all requests with one transaction id.
      { method: 'PUT', path: `${this.#path}${encodeURIComponent(alert.id)}` },
    );
  }
}

const limited = z.object({ retry_after_ms: z.number().nonnegative() });

/** Servers from before Matrix 1.10 send no `Retry-After`. */
function refusalIn(body: unknown): Refusal {
  const { data } = limited.safeParse(body);
  return data === undefined ? {} : { retryAfter: data.retry_after_ms / 1000 };
}

export const matrix: ChannelKind<Own> = {
  settings,
  secrets: [
    { name: 'url', required: true, inline: true, check: httpUrl, shown: originOf },
    { name: 'token', required: true, inline: false, check: headerCredential },
  ],
  receiver: ['url', 'room'],
  encrypts: true,
  create: (own, secrets, tools) => new MatrixNotifier(own, secrets, tools),
};
