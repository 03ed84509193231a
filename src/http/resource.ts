import type { ServerResponse } from 'node:http';
import type { IRouter, Request } from 'express';
import { parseUserId, type UserId } from '../domain/user-id.js';
import type { Exchange } from './exchange.js';

export type ExchangeOf = (response: ServerResponse) => Exchange;

type Handler = (exchange: Exchange, request: Request) => void | Promise<void>;
type UserHandler = (exchange: Exchange, user: UserId, request: Request) => void | Promise<void>;

const VERBS = ['get', 'put', 'post', 'delete'] as const;

/** What each method does; where GET is, HEAD is too. Every other method is a 405. */
export type Methods<H> = Partial<Record<(typeof VERBS)[number], H>>;

/** A method of a path, as Express has it. */
export interface Route {
  readonly method: string;
  readonly path: string;
}

/** Puts resources where Express finds them. */
export class Resources {
  readonly #router: IRouter;
  readonly #exchangeOf: ExchangeOf;
  readonly #routes: Route[] = [];

  constructor(router: IRouter, exchangeOf: ExchangeOf) {
    this.#router = router;
    this.#exchangeOf = exchangeOf;
  }

  /** All that have been added: the contract is held to them. */
  get routes(): readonly Route[] {
    return this.#routes;
  }

  add(path: string, methods: Methods<Handler>): this {
    const route = this.#router.route(path);
    const allowed: string[] = [];
    for (const verb of VERBS) {
      const handler = methods[verb];
      if (handler === undefined) continue;
      this.#routes.push({ method: verb.toUpperCase(), path });
      allowed.push(verb === 'get' ? 'GET, HEAD' : verb.toUpperCase());
      route[verb]((request, response) => handler(this.#exchangeOf(response), request));
    }
    const headers = ['allow', allowed.join(', ')];
    route.all((_request, response) => {
      this.#exchangeOf(response).refuse('HEARTBEAT_METHOD_NOT_ALLOWED', { headers });
    });
    return this;
  }

  /**
   * A resource below a path, for each user. The bare path lacks the id, which is said once the method is right.
   *
   * @param bare what else the bare path does
   */
  addForUsers(path: string, methods: Methods<UserHandler>, bare: Methods<Handler> = {}): this {
    return this.add(path, {
      ...bare,
      ...mapMethods(methods, () => (exchange) => {
        exchange.refuse('HEARTBEAT_MISSING_USER_ID');
      }),
    }).addOfUser(`${path}/:user_id`, methods);
  }

  /** @param path with `:user_id` in it */
  addOfUser(path: string, methods: Methods<UserHandler>): this {
    return this.add(
      path,
      mapMethods(methods, (handler) => (exchange, request) => {
        const { user_id: text } = request.params;
        const user = typeof text === 'string' ? parseUserId(text) : undefined;
        if (user !== undefined) return handler(exchange, user, request);
        exchange.refuse('HEARTBEAT_INVALID_USER_ID');
      }),
    );
  }
}

function mapMethods<From, To>(methods: Methods<From>, make: (handler: From) => To): Methods<To> {
  const mapped: Methods<To> = {};
  for (const verb of VERBS) {
    const handler = methods[verb];
    if (handler !== undefined) mapped[verb] = make(handler);
  }
  return mapped;
}
