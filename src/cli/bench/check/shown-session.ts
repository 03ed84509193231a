/** A session as people are shown it, in whole Unix seconds. */
export interface ShownSession {
  readonly onlineAt: number;
  readonly offlineAt: number;
}
