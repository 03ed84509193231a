import type { HttpCalls } from './http-calls.js';
import type { Answers, OnlineUser, UserIdLike } from './contract/types.js';
import { userInPath } from './ids.js';
import { expectOptions, type CallOptions } from './client-options.js';
import { pages, type PageOptions } from './lists.js';

const SIGNAL = ['signal'];
const PAGE = ['cursor', 'limit', 'signal'];

/** The users. */
export class Users<Id> {
  readonly #calls: HttpCalls<Id>;

  constructor(calls: HttpCalls<Id>) {
    this.#calls = calls;
  }

  /** The user's status, since when, and the devices. */
  async get(user: UserIdLike, options: CallOptions = {}): Promise<Answers<Id>['user']> {
    expectOptions(options, SIGNAL);
    return this.#calls.call('user', { path: [userInPath(user)], signal: options.signal });
  }

  /** Those who are online, by id. What is not pulled is not read. */
  list(options: CallOptions = {}): AsyncGenerator<OnlineUser<Id>, undefined> {
    expectOptions(options, SIGNAL);
    const { signal } = options;
    return pages(async (cursor) => {
      const page = await this.page({ cursor, signal });
      return { items: page.users, next: page.nextCursor };
    });
  }

  /** One page of those who are online, for programs that show pages. */
  async page(options: PageOptions = {}): Promise<Answers<Id>['users']> {
    expectOptions(options, PAGE);
    const { signal, ...query } = options;
    return this.#calls.call('users', { query: { status: 'online', ...query }, signal });
  }

  /** Deletes the user's status and history for good. */
  async erase(user: UserIdLike, options: CallOptions = {}): Promise<void> {
    expectOptions(options, SIGNAL);
    await this.#calls.call('eraseUser', { path: [userInPath(user)], signal: options.signal });
  }
}
