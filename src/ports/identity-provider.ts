/** A person, as a provider identifies them. */
export interface Identity {
  readonly issuer: string;
  /** The provider's id of the person, which never changes. */
  readonly subject: string;
  /** What the person is called. */
  readonly name: string;
  readonly groups: readonly string[];
}

/** What a browser keeps while its person signs in at the provider. */
export interface LoginAttempt {
  readonly state: string;
  readonly nonce: string;
  /** Of PKCE. */
  readonly verifier: string;
}

/** Why nobody can sign in, as a sentence. */
export class LoginProblem extends Error {
  override readonly name = 'LoginProblem';
  /** Whether the provider is away, and not the login wrong. */
  readonly isAway: boolean;

  constructor(message: string, isAway: boolean, options?: ErrorOptions) {
    super(message, options);
    this.isAway = isAway;
  }
}

/** A provider of OpenID Connect. */
export interface IdentityProvider {
  readonly issuer: string;
  /** What people know it by. */
  readonly name: string;

  /**
   * Where a browser is sent to sign in.
   *
   * @param callback where it comes back to
   * @throws LoginProblem
   */
  begin(callback: string): Promise<{ readonly url: string; readonly attempt: LoginAttempt }>;

  /**
   * Who has come back.
   *
   * @param callback with the query that the provider has sent the browser back with
   * @throws LoginProblem
   */
  complete(callback: URL, attempt: LoginAttempt): Promise<Identity>;
}

/** How a provider of OpenID Connect is used. */
export interface OpenIdSettings {
  readonly issuer: string;
  readonly name: string;
  readonly clientId: string;
  /** Undefined for a client without one, which PKCE alone protects. */
  readonly clientSecret: { reveal(): string } | undefined;
  readonly scope: string;
  /** The claims with the name and the groups. */
  readonly nameClaim: string;
  readonly groupsClaim: string;
}
