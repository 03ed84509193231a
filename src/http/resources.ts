import type { IRouter, Request } from 'express';
import { parseUserId, type UserId } from '../domain/user-id.js';
import { expectNoBody } from './input/json-body.js';
import { failsByTag, preconditionOf } from './input/preconditions.js';
import { methodNotAllowed } from '../views/messages.js';
import type { GatewayLimits } from './gateway-options.js';
import { RouteTable, type Route, type RouteTraits } from './route-table.js';
import { isPermitted, isUserPermitted } from './security/authorization.js';
import { type Exchange, exchangeOf } from './server/exchange.js';

export type Handler = (exchange: Exchange, request: Request) => void | Promise<void>;
type UserHandler = (exchange: Exchange, user: UserId, request: Request) => void | Promise<void>;

const VERBS = ['get', 'put', 'post', 'delete'] as const;

/** What handles a method, and what the table says of it. */
interface Method<H> extends RouteTraits {
  readonly handle: H;
}

/** The handlers of a path by method. HEAD works where GET does. Every other method gets a 405. */
export type Methods<H = Handler> = Partial<Record<(typeof VERBS)[number], Method<H>>>;

const METHODS = { get: 'GET', put: 'PUT', post: 'POST', delete: 'DELETE' } as const;

/** Adds resources to the route table and to Express. */
export class Resources {
  readonly routes = new RouteTable();
  readonly #router: IRouter;
  readonly #limits: Pick<GatewayLimits, 'body'>;

  constructor(router: IRouter, limits: Pick<GatewayLimits, 'body'>) {
    this.#router = router;
    this.#limits = limits;
  }

  add(path: string, methods: Methods): this {
    const route = this.#router.route(path);
    const routes: Route[] = [];
    for (const verb of VERBS) {
      const { [verb]: method } = methods;
      if (method === undefined) continue;
      const { handle, ...traits } = method;
      const needs = traits.needs ?? (verb === 'get' ? 'read' : 'admin');
      routes.push({ ...traits, path, method: METHODS[verb], needs });
      route[verb]((request, response) => {
        const exchange = exchangeOf(response);
        if (needs !== 'nothing' && !isPermitted(exchange, needs)) return;
        if (verb === 'get') exchange.precondition = preconditionOf(request);
        if (needs === 'admin') exchange.audit();
        if (traits.body !== undefined) return handle(exchange, request);
        return expectNoBody(exchange, request, this.#limits.body, () => handle(exchange, request));
      });
    }
    this.routes.add(path, routes);
    const allow = routes.map(({ method }) => (method === 'GET' ? 'GET, HEAD' : method)).join(', ');
    const refusal = { headers: ['allow', allow], message: methodNotAllowed(allow) };
    route.all((_request, response) => {
      exchangeOf(response).refuse('HEARTBEAT_METHOD_NOT_ALLOWED', refusal);
    });
    return this;
  }

  /**
   * A resource for each user. A path without the id is an error, reported once the method is right.
   *
   * @param bare methods of the path without the id
   */
  addForUsers(path: string, methods: Methods<UserHandler>, bare: Methods = {}): this {
    const ofNobody = mapMethods<UserHandler, Handler>(methods, (method) => ({
      ...method,
      body: 'ignored',
      handle: (exchange) => {
        exchange.refuse('HEARTBEAT_MISSING_USER_ID');
      },
    }));
    return this.add(path, { ...bare, ...ofNobody }).addOfUser(`${path}/:user_id`, methods);
  }

  /** Calls about users ignore their bodies, because clients send them anyway. @param path with `:user_id` in it */
  addOfUser(path: string, methods: Methods<UserHandler>): this {
    const ofUser = mapMethods<UserHandler, Handler>(methods, (method) => ({
      ...method,
      body: 'ignored',
      about: 'user',
      handle: (exchange, request) => {
        const { user_id: text } = request.params;
        const user = typeof text === 'string' ? parseUserId(text) : undefined;
        if (user === undefined) exchange.refuse('HEARTBEAT_INVALID_USER_ID');
        else if (isUserPermitted(exchange, user) && !failsByTag(exchange))
          return method.handle(exchange, user, request);
      },
    }));
    return this.add(path, ofUser);
  }
}

function mapMethods<From, To>(
  methods: Methods<From>,
  make: (method: Method<From>) => Method<To>,
): Methods<To> {
  const mapped: Methods<To> = {};
  for (const verb of VERBS) {
    const method = methods[verb];
    if (method !== undefined) mapped[verb] = make(method);
  }
  return mapped;
}
