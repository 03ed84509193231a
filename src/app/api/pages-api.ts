import type { IncidentReply, IncidentRequest } from '../../../actors/records/status-incidents.protocol.js';
import type { SignIn } from '../../domain/sign-in.js';
import type { StatusIncident } from '../../domain/status-incident.js';

/** What people wrote for status pages. */
export interface IncidentsApi {
  /**
   * Newest first. The array stays the same until one of them changes.
   *
   * @throws HeartbeatError `HEARTBEAT_NOT_READY` while they are kept elsewhere
   */
  of(page: string): readonly StatusIncident[];

  /** @param answered is called once, when the change is on disk; a refusal is a reply too */
  request(request: IncidentRequest, answered: (reply: IncidentReply) => void): void;
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
