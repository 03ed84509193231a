import type * as OpenId from 'openid-client';
import { needs } from '../optional-package.js';
import { isPrivateUrl } from '../../domain/loopback.js';
import {
  LoginProblem,
  type Identity,
  type IdentityProvider,
  type LoginAttempt,
  type OpenIdSettings,
} from '../../ports/identity-provider.js';

/** They are stored with a sign-in. */
const MOST_GROUPS = 200;
const LONGEST_GROUP = 255;
const LONGEST_ISSUER = 255;
/** Seconds that a call of the provider may take. */
const TIMEOUT = 10;
/** Bytes of an answer, unpacked. */
const LARGEST = 1_048_576;
/** Strangers can have the provider called, and may not take the descriptors that the store needs. */
const MOST_AT_ONCE = 16;

/** A provider that is found by its issuer when somebody first signs in, and again if that fails. */
export class OpenIdProvider implements IdentityProvider {
  readonly #settings: OpenIdSettings;
  #found: Promise<OpenId.Configuration> | undefined;
  #underWay = 0;

  constructor(settings: OpenIdSettings) {
    this.#settings = settings;
  }

  get issuer(): string {
    return this.#settings.issuer;
  }

  get name(): string {
    return this.#settings.name;
  }

  begin(callback: string): Promise<{ readonly url: string; readonly attempt: LoginAttempt }> {
    return this.#counted(() => this.#begin(callback));
  }

  complete(callback: URL, attempt: LoginAttempt): Promise<Identity> {
    return this.#counted(() => this.#complete(callback, attempt));
  }

  async #counted<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#underWay >= MOST_AT_ONCE) throw new LoginProblem('too many people sign in just now', true);
    this.#underWay++;
    try {
      return await work();
    } finally {
      this.#underWay--;
    }
  }

  async #begin(callback: string): Promise<{ readonly url: string; readonly attempt: LoginAttempt }> {
    const { client, configuration } = await this.#discovered();
    const attempt = {
      state: client.randomState(),
      nonce: client.randomNonce(),
      verifier: client.randomPKCECodeVerifier(),
    };
    const challenge = await client.calculatePKCECodeChallenge(attempt.verifier);
    try {
      const url = client.buildAuthorizationUrl(configuration, {
        redirect_uri: callback,
        scope: this.#settings.scope,
        state: attempt.state,
        nonce: attempt.nonce,
        code_challenge: challenge,
        code_challenge_method: 'S256',
      });
      refusePlain(url);
      return { url: url.href, attempt };
    } catch (error) {
      // What it says about itself may have been mended by the next time.
      this.#found = undefined;
      throw this.#problemOf(error);
    }
  }

  async #complete(callback: URL, { state, nonce, verifier }: LoginAttempt): Promise<Identity> {
    const { client, configuration } = await this.#discovered();
    try {
      const tokens = await client.authorizationCodeGrant(configuration, callback, {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (claims === undefined) throw new LoginProblem('the provider sent no ID token', false);
      const { nameClaim, groupsClaim } = this.#settings;
      // Many providers put groups into the answer of their userinfo endpoint alone.
      const isWhole = nameClaim in claims && groupsClaim in claims;
      const hasMore = configuration.serverMetadata().userinfo_endpoint !== undefined;
      const more =
        isWhole || !hasMore ? {} : await client.fetchUserInfo(configuration, tokens.access_token, claims.sub);
      return this.#identityOf({ ...more, ...claims });
    } catch (error) {
      throw this.#problemOf(error);
    }
  }

  #identityOf(
    claims: Readonly<Record<string, unknown>> & { readonly iss: string; readonly sub: string },
  ): Identity {
    const { nameClaim, groupsClaim } = this.#settings;
    const { iss: issuer, sub: subject } = claims;
    const { [nameClaim]: name, [groupsClaim]: groups } = claims;
    return {
      issuer,
      subject,
      name: typeof name === 'string' && name !== '' ? name : subject,
      groups: (Array.isArray(groups) ? groups : [groups])
        .filter((each) => typeof each === 'string' && each.length <= LONGEST_GROUP)
        .slice(0, MOST_GROUPS),
    };
  }

  async #discovered(): Promise<{
    readonly client: typeof OpenId;
    readonly configuration: OpenId.Configuration;
  }> {
    // Loaded only where it is configured, and when somebody signs in.
    const client = await import('openid-client').catch(needs('openid-client'));
    this.#found ??= this.#discover(client);
    try {
      return { client, configuration: await this.#found };
    } catch (error) {
      this.#found = undefined;
      throw this.#problemOf(error);
    }
  }

  async #discover(client: typeof OpenId): Promise<OpenId.Configuration> {
    const { issuer, clientId, clientSecret } = this.#settings;
    const url = new URL(issuer);
    const found = await client.discovery(
      url,
      clientId,
      undefined,
      clientSecret === undefined ? client.None() : client.ClientSecretBasic(clientSecret.reveal()),
      {
        timeout: TIMEOUT,
        [client.customFetch]: boundedFetch,
        // oxlint-disable-next-line typescript/no-deprecated -- for a provider on loopback, as in tests
        ...(url.protocol === 'http:' && isPrivateUrl(url) && { execute: [client.allowInsecureRequests] }),
      },
    );
    // Sign-ins have this name, and the configuration the other: they would count for nothing.
    const { issuer: own } = found.serverMetadata();
    if (own !== issuer)
      throw new LoginProblem(
        `the provider calls itself ${own.slice(0, LONGEST_ISSUER)}: set auth.openid.issuer to that`,
        false,
      );
    return found;
  }

  #problemOf(error: unknown): LoginProblem {
    const known = knownIn(error);
    if (known !== undefined) return known;
    const { issuer } = this.#settings;
    const code = systemCodeOf(error);
    if (code !== undefined || isTimeout(error))
      return new LoginProblem(
        `the provider ${issuer} does not answer${code === undefined ? '' : ` (${code})`}`,
        true,
        { cause: error },
      );
    const said = saidBy(error);
    return new LoginProblem(
      said === undefined
        ? `the answer of the provider ${issuer} is not what was asked for`
        : `the provider ${issuer} refused: ${said}`,
      (statusOf(error) ?? 0) >= 500,
      { cause: error },
    );
  }
}

/** @throws LoginProblem if something secret would travel in plain text */
function refusePlain(url: URL): void {
  if (!isPrivateUrl(url)) throw new LoginProblem('the provider names an endpoint without https', false);
}

/** Calls the provider by https, or on loopback, and reads no more than an answer of it may have. */
async function boundedFetch(url: string, options: OpenId.CustomFetchOptions): Promise<Response> {
  refusePlain(new URL(url));
  const { body = null, headers, method, redirect, signal = null } = options;
  const response = await fetch(url, { body, headers, method, redirect, signal });
  const chunks: Uint8Array[] = [];
  let size = 0;
  const parts: AsyncIterable<Uint8Array> | null = response.body;
  for await (const chunk of parts ?? []) {
    size += chunk.byteLength;
    if (size > LARGEST) throw new LoginProblem('the provider answers too much', false);
    chunks.push(chunk);
  }
  const answer = size === 0 ? null : Buffer.concat(chunks);
  return new Response(answer, { status: response.status, headers: response.headers });
}

/** The most causes that are looked at: one may be its own. */
const DEEPEST = 5;

/** The error, and its causes from the outside in. */
function causesOf(error: unknown): readonly Error[] {
  const causes: Error[] = [];
  for (let each = error; each instanceof Error && causes.length < DEEPEST; each = each.cause)
    causes.push(each);
  return causes;
}

/** One of ours, wherever in the causes it is. */
function knownIn(error: unknown): LoginProblem | undefined {
  return causesOf(error).find((each) => each instanceof LoginProblem);
}

const OF_SYSTEM = /^(?:E[A-Z]+|UND_ERR_\w+|ERR_TLS_\w+|DEPTH_ZERO\w*|SELF_SIGNED\w*|CERT_\w+|UNABLE_TO_\w+)$/;

/** The system's code of what went wrong on the way, wherever in the causes it is. */
function systemCodeOf(error: unknown): string | undefined {
  return causesOf(error)
    .map((each) => ('code' in each && typeof each.code === 'string' ? each.code : ''))
    .find((code) => OF_SYSTEM.test(code));
}

function isTimeout(error: unknown): boolean {
  return causesOf(error).some(({ name }) => name === 'TimeoutError' || name === 'AbortError');
}

/** The code of the standard, such as `access_denied`. A description may be anything that somebody put into a link. */
function saidBy(error: unknown): string | undefined {
  const code = error instanceof Error && 'error' in error ? error.error : undefined;
  if (typeof code === 'string' && /^[a-z_]{1,64}$/.test(code)) return code;
  const status = statusOf(error);
  return status === undefined ? undefined : `status ${String(status)}`;
}

function statusOf(error: unknown): number | undefined {
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  return typeof status === 'number' ? status : undefined;
}
