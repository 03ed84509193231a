import type { IRouter, Request } from 'express';
import type { Permission } from '../domain/access.js';
import { parseUserId, type UserId } from '../domain/user-id.js';
import { isPermitted, isUserPermitted } from './security/authorization.js';
import { readBody, readsBodies } from './input/body.js';
import type { Exchange } from './server/exchange.js';
import { exchangeOf } from './server/exchange-of.js';
import { asksForTag, isBodiless } from './server/request-head.js';
import { expectNoBody } from './input/json-body.js';
import { methodNotAllowed } from './messages.js';
import type { GatewayLimits } from './options.js';

type Handler = (exchange: Exchange, request: Request) => void | Promise<void>;
type UserHandler = (exchange: Exchange, user: UserId, request: Request) => void | Promise<void>;

const VERBS = ['get', 'put', 'post', 'delete'] as const;

/** What each method does; where GET is, HEAD is too. Every other method is a 405. */
export type Methods<H> = Partial<Record<(typeof VERBS)[number], H>>;

/** A method of a path, as Express has it. */
export interface Route {
  readonly method: string;
  readonly path: string;
  readonly needs: Permission | 'nothing';
}

/** What a key needs for each method: `read` for GET, and `admin` for all others where nothing else is said. */
export type Needs = Partial<Record<(typeof VERBS)[number], Permission | 'nothing'>>;

/** Which methods of a path read their body themselves. */
export type Readers = readonly (typeof VERBS)[number][];

/** Puts resources where Express finds them. */
export class Resources {
  readonly #router: IRouter;
  readonly #limits: Pick<GatewayLimits, 'body'>;
  readonly #routes: Route[] = [];

  constructor(router: IRouter, limits: Pick<GatewayLimits, 'body'>) {
    this.#router = router;
    this.#limits = limits;
  }

  /** All that have been added: the contract is held to them. */
  get routes(): readonly Route[] {
    return this.#routes;
  }

  /** @param readers where nobody else reads a body that is sent to such a path, it is refused */
  add(path: string, methods: Methods<Handler>, needs: Needs = {}, readers: Readers = []): this {
    const route = this.#router.route(path);
    const isBodyHere = readsBodies(path);
    const allowed: string[] = [];
    for (const verb of VERBS) {
      const handler = methods[verb];
      if (handler === undefined) continue;
      allowed.push(verb === 'get' ? 'GET, HEAD' : verb.toUpperCase());
      const needed = needs[verb] ?? (verb === 'get' ? 'read' : 'admin');
      this.#routes.push({ method: verb.toUpperCase(), path, needs: needed });
      route[verb]((request, response) => {
        const exchange = exchangeOf(response);
        if (needed !== 'nothing' && !isPermitted(exchange, needed)) return;
        if (asksForTag(request.headers)) {
          const fail = (): void => exchange.refuse('HEARTBEAT_PRECONDITION_FAILED');
          if (!isBodyHere || isBodiless(request.headers)) fail();
          else readBody(exchange, request, this.#limits.body, fail);
          return;
        }
        if (needed === 'admin') exchange.audit();
        if (!isBodyHere || readers.includes(verb)) return handler(exchange, request);
        return expectNoBody(exchange, request, this.#limits.body, () => handler(exchange, request));
      });
    }
    const allow = allowed.join(', ');
    const refusal = { headers: ['allow', allow], message: methodNotAllowed(allow) };
    route.all((request, response) => {
      const exchange = exchangeOf(response);
      const refuse = (): void => exchange.refuse('HEARTBEAT_METHOD_NOT_ALLOWED', refusal);
      if (!isBodyHere || isBodiless(request.headers)) refuse();
      else readBody(exchange, request, this.#limits.body, refuse);
    });
    return this;
  }

  /**
   * A resource below a path, for each user. The bare path lacks the id, which is said once the method is right.
   *
   * @param bare what else the bare path does
   */
  addForUsers(
    path: string,
    methods: Methods<UserHandler>,
    needs: Needs = {},
    bare: Methods<Handler> = {},
  ): this {
    const ofNobody = {
      ...bare,
      ...mapMethods<UserHandler, Handler>(methods, () => (exchange) => {
        exchange.refuse('HEARTBEAT_MISSING_USER_ID');
      }),
    };
    return this.add(path, ofNobody, needs).addOfUser(`${path}/:user_id`, methods, needs);
  }

  /** @param path with `:user_id` in it */
  addOfUser(path: string, methods: Methods<UserHandler>, needs: Needs = {}): this {
    return this.add(
      path,
      mapMethods(methods, (handler) => (exchange, request) => {
        const { user_id: text } = request.params;
        const user = typeof text === 'string' ? parseUserId(text) : undefined;
        if (user === undefined) exchange.refuse('HEARTBEAT_INVALID_USER_ID');
        else if (isUserPermitted(exchange, user)) return handler(exchange, user, request);
      }),
      needs,
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
