/** A request of the client. */
export interface FetchRequest {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
  readonly signal: AbortSignal;
  /** A redirect is not followed: it could carry the key elsewhere. */
  readonly redirect: 'manual';
}

/** What the client needs of a `Response`. */
export interface FetchAnswer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: StreamedBody | null;
  text(): Promise<string>;
}

/** What the client needs of a `ReadableStream`. */
interface StreamedBody {
  getReader(): {
    read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
  };
}

/** What carries requests: the global `fetch`, or a function like it. */
export interface Fetch {
  (url: string, request: FetchRequest): Promise<FetchAnswer>;
  /** Where it connects, if that is not where the URL says: errors name it. */
  readonly address?: string | undefined;
}
