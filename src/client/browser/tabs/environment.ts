/** What tabs of an origin share in a browser. Tests replace it. */
export interface TabsEnvironment {
  /** Another one in each tab. */
  newId(): string;
  /** Calls back once no other tab has the lock, and holds it until what that returns is resolved. */
  lock(name: string, held: () => Promise<void>): void;
  /** Passes on what other tabs say; undefined if the browser cannot. */
  channel(name: string, received: (message: unknown) => void): Channel | undefined;
}

export interface Channel {
  /** To all other tabs. */
  post(message: object): void;
  close(): void;
}
