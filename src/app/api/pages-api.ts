import type {
  IncidentReply,
  IncidentRequest,
  StatusPageReply,
  StatusPageRequest,
} from '../../../actors/records/status-pages.protocol.js';
import type { SignIn } from '../../domain/sign-in.js';
import type { StatusIncident } from '../../domain/status-incident.js';
import type { StatusPage } from '../../domain/status-page.js';

/** Status pages that were made through the API, and what people wrote on all of them. */
export interface StatusPagesApi {
  /**
   * By name, without those of the configuration. The array stays the same until one of them changes.
   *
   * @throws HeartbeatError `HEARTBEAT_NOT_READY` while they are kept elsewhere; so does the next one
   */
  readonly pages: readonly StatusPage[];

  /** Newest first. The array stays the same until one of them changes. */
  incidentsOf(page: string): readonly StatusIncident[];

  /** @param answered is called once, when the change is on disk; a refusal is a reply too */
  requestIncident(request: IncidentRequest, answered: (reply: IncidentReply) => void): void;

  /** @param answered is called once, when the change is on disk; a refusal is a reply too */
  requestPage(request: StatusPageRequest, answered: (reply: StatusPageReply) => void): void;
}

/** Sign-ins of browsers. */
export interface SignInsApi {
  /**
   * Undefined if there is no such sign-in, or it has ended.
   *
   * @param hash SHA-256 of its token, in lower-case hex
   * @throws HeartbeatError `HEARTBEAT_NOT_READY` while they are kept elsewhere; so do the next two
   */
  find(hash: string): SignIn | undefined;

  /**
   * Resolves once it is on disk.
   *
   * @throws HeartbeatError if the store refuses it
   */
  begin(signIn: SignIn): Promise<void>;

  /**
   * Ends one at once; idempotent. Resolves when that is on disk.
   *
   * @throws HeartbeatError if the store refuses writes: it is stored later
   */
  end(hash: string): Promise<void>;

  /**
   * Replaces the rules, and ends at once all that they do not keep: of the last run, too.
   *
   * @param ended called for each sign-in that ends
   */
  rule(keeps: (signIn: SignIn) => boolean, ended: (signIn: SignIn) => void): void;
}
