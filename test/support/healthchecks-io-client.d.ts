/** Types of a client for healthchecks that others wrote, as far as a test uses it. */
declare module 'healthchecks-io-client' {
  export class HealthChecksPingClient {
    constructor(options: {
      readonly uuid: string;
      readonly baseUrl: string;
      /** Whether calls resolve with the text of the answer. */
      readonly returnResponse?: boolean;
    });
    start(): Promise<string>;
    success(body?: string): Promise<string>;
    fail(body?: string): Promise<string>;
  }
}
