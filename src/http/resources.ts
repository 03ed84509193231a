import type { IRouter, Request, RequestHandler } from 'express';
import type { UserId, UserIds } from '../domain/user-id.js';
import { expectNoBody } from './input/json-body.js';
import { failsByTag, preconditionOf } from './input/preconditions.js';
import { methodNotAllowed } from '../views/messages.js';
import type { GatewayLimits } from './gateway-options.js';
import { isOpenToAll, RouteTable, segmentsOf, type Route, type RouteTraits } from './route-table.js';
import { isPermitted, isUserPermitted } from './security/authorization.js';
import type { Exchange } from './server/exchange.js';
import { exchangeOf } from './server/exchange-of-response.js';

export type Handler = (exchange: Exchange, request: Request) => void | Promise<void>;
type UserHandler = (exchange: Exchange, user: UserId, request: Request) => void | Promise<void>;

const VERBS = ['get', 'put', 'post', 'delete'] as const;

/** What handles a method, and what the table says of it. */
export interface Method<H = Handler> extends RouteTraits {
  readonly handle: H;
}

/** The handlers of a path by method. HEAD works where GET does, and OPTIONS at a probe. Every other method gets a 405. */
export type Methods<H = Handler> = Partial<Record<(typeof VERBS)[number], Method<H>>>;

const METHODS = { get: 'GET', put: 'PUT', post: 'POST', delete: 'DELETE' } as const;

/** Adds resources to the route table and to Express. */
export class Resources {
  readonly routes: RouteTable;
  readonly #router: IRouter;
  readonly #limits: Pick<GatewayLimits, 'body'>;
  readonly #userIds: UserIds;

  constructor(router: IRouter, limits: Pick<GatewayLimits, 'body'>, userIds: UserIds) {
    this.routes = new RouteTable(userIds);
    this.#router = router;
    this.#limits = limits;
    this.#userIds = userIds;
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
      const { large } = traits;
      const run: Handler =
        large === undefined
          ? handle
          : (exchange, request) => exchange.inLargeTurn(large, () => handle(exchange, request));
      const answer: RequestHandler = (request, response) => {
        const exchange = exchangeOf(response);
        if (needs !== 'nothing' && !isOpenToAll(traits) && !isPermitted(exchange, needs)) return;
        if (verb === 'get') exchange.precondition = preconditionOf(request);
        if (needs === 'admin') exchange.audit();
        if (traits.body !== undefined) return run(exchange, request);
        return expectNoBody(exchange, request, this.#limits.body, () => run(exchange, request));
      };
      route[verb](answer);
      if (traits.isProbe === true) route.options(answer);
    }
    this.routes.add(path, routes);
    const allow = routes.map(allowed).join(', ');
    const refusal = { headers: ['allow', allow], message: methodNotAllowed(allow) };
    route.all((_request, response) => {
      exchangeOf(response).refuse('HEARTBEAT_METHOD_NOT_ALLOWED', refusal);
    });
    return this;
  }

  /**
   * A resource for each user. A path without the id is an error, reported once the method is right, unless `bare` has it.
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
    return this.add(path, { ...ofNobody, ...bare }).addOfUser(`${path}/:user_id`, methods);
  }

  /** Calls about users drop bodies that they do not read: clients send them anyway. @param path with `:user_id` in it */
  addOfUser(path: string, methods: Methods<UserHandler>): this {
    const ofUser = mapMethods<UserHandler, Handler>(methods, (method) => ({
      body: 'ignored',
      ...method,
      about: 'user',
      handle: (exchange, request) => {
        const text = userIdText(request);
        const user = text === undefined ? undefined : this.#userIds.parse(text);
        if (user === undefined) exchange.refuse('HEARTBEAT_INVALID_USER_ID');
        else if (isUserPermitted(exchange, user, method.needs) && !failsByTag(exchange))
          return method.handle(exchange, user, request);
      },
    }));
    return this.add(path, ofUser);
  }
}

/**
 * The second segment of the path as it was sent, decoded. Express is given a path that cannot be decoded as if it had
 * no encoding, and a text would then be another user's id.
 */
function userIdText({ originalUrl }: Request): string | undefined {
  const [, text = ''] = segmentsOf(originalUrl);
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function allowed({ method, isProbe }: Route): string {
  if (method !== 'GET') return method;
  return isProbe === true ? 'GET, HEAD, OPTIONS' : 'GET, HEAD';
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
