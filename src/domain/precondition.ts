/**
 * A precondition of a request (RFC 9110, 13.1): that the resource exists, that it does not, or one that never holds,
 * because it names an entity tag that the resource does not have.
 */
export type Precondition = 'exists' | 'absent' | 'never' | SettingsPrecondition;

/** That the settings of the node have one of these tags. */
interface SettingsPrecondition {
  readonly settings: readonly string[];
}
