import type { Session } from '../../domain/session.js';
import type { UserId } from '../../domain/user-id.js';
import type { Clock } from '../../ports/clock.js';
import type { Daemon } from '../../app/api/daemon.js';
import type { Exchange } from '../server/exchange.js';
import { jsonHead } from '../server/json-answer.js';
import { rhythmEnd, rhythmStart, sessionText } from '../../views/user-view.js';
import { idJson } from '../../views/id-json.js';
import { forLimit } from '../input/query.js';
import { idsInAnswer, idsParameter } from '../input/ids-in-answer.js';
import { type Page, encodeCursor, pageQuery, parsePage } from '../input/paging.js';

/** What the answer to heart_rhythm needs. */
export interface HeartRhythmParts {
  readonly daemon: Daemon;
  readonly clock: Clock;
  readonly largestPage: number;
}

/** The query of heart_rhythm. */
export const rhythmQuery = forLimit((largest) => pageQuery(largest).extend({ ids: idsParameter }));

/** Characters written at once, about 300 sessions: short enough not to hold up the event loop. */
const PIECE = 16_384;
const SESSIONS_AT_ONCE = 512;

const STREAM_HEAD = ['content-type', 'application/json'];

/** Answers a history of any length in pieces, as fast as the client reads and no faster. */
export async function answerHeartRhythm(
  { daemon, clock, largestPage }: HeartRhythmParts,
  exchange: Exchange,
  user: UserId,
): Promise<void> {
  const { request } = exchange;
  const page = parsePage(request.url ?? '', rhythmQuery(largestPage), clock.wall());
  const writer = new PieceWriter(exchange, clock);
  const id = idJson(idsInAnswer(request, daemon.users.ids), user);
  for await (const piece of pieces(id, page, daemon.users.history(user, page.range))) {
    if (!(await writer.add(piece))) return;
  }
  writer.end();
}

/** The text of the answer, as sessions are read. One session more than the limit is read, to know if more remain. */
async function* pieces(
  id: string,
  { range: { order }, limit = Infinity }: Page,
  history: AsyncIterable<readonly Session[]>,
): AsyncGenerator<string> {
  let text = rhythmStart(id);
  let last: Session | undefined;
  let left = limit;
  let more = false;
  for await (const chunk of history) {
    for (let start = 0; start < chunk.length && !more; start += SESSIONS_AT_ONCE) {
      const sessions = chunk.slice(start, start + SESSIONS_AT_ONCE);
      more = sessions.length > left;
      if (more) sessions.length = left;
      left -= sessions.length;
      for (const session of sessions) {
        text += `${last === undefined ? '' : ','}${sessionText(session)}`;
        last = session;
      }
      yield text;
      text = '';
    }
    if (more) break;
  }
  const cursor = more && last !== undefined ? encodeCursor({ order, after: last.onlineAt }) : undefined;
  yield `${text}${rhythmEnd(cursor)}`;
}

/** Sends a short answer whole, with its length, and a long one in pieces, between which other requests are served. */
class PieceWriter {
  readonly #exchange: Exchange;
  readonly #clock: Clock;
  #text = '';
  #begun = false;

  constructor(exchange: Exchange, clock: Clock) {
    this.#exchange = exchange;
    this.#clock = clock;
  }

  /** @returns false if nobody waits for more */
  async add(text: string): Promise<boolean> {
    if (!this.#exchange.open) return false;
    this.#text += text;
    if (this.#exchange.request.method === 'HEAD') {
      this.#exchange.answer(200, STREAM_HEAD, '');
      return false;
    }
    if (this.#text.length < PIECE) return true;
    if (!this.#begun && !this.#exchange.begin(200, STREAM_HEAD)) return false;
    this.#begun = true;
    const piece = this.#text;
    this.#text = '';
    const wanted = await this.#exchange.write(piece);
    await new Promise<void>((resolve) => this.#clock.soon(resolve));
    return wanted;
  }

  end(): void {
    if (this.#begun) this.#exchange.end(this.#text);
    else this.#exchange.answer(200, jsonHead(this.#text.length), this.#text);
  }
}
