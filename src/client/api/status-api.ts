import type { Answers, StatusIncident } from './contract/types.js';
import { expectOptions, type CallOptions } from './client-options.js';
import type { HttpCalls } from './http-calls.js';
import { inPath } from './ids.js';
import { bodyOf } from './sent-values.js';

/** What is written at one time. */
export interface IncidentUpdateOptions {
  /** Plain text, for the public. */
  readonly text: string;
  /** `resolved` ends the incident. */
  readonly state: StatusIncident['state'];
}

/** A new incident: `investigating`, unless it says more. */
export interface IncidentOptions {
  readonly title: string;
  readonly text: string;
  readonly state?: StatusIncident['state'] | undefined;
}

const SIGNAL = ['signal'];

/** What is written about incidents on status pages. */
export class Status<Id> {
  readonly #calls: HttpCalls<Id>;

  constructor(calls: HttpCalls<Id>) {
    this.#calls = calls;
  }

  /** Newest first. */
  async incidents(page: string, options: CallOptions = {}): Promise<readonly StatusIncident[]> {
    const { incidents }: Answers['statusIncidents'] = await this.#calls.call(
      'statusIncidents',
      about([page], options),
    );
    return incidents;
  }

  async begin(page: string, incident: IncidentOptions, options: CallOptions = {}): Promise<StatusIncident> {
    return this.#calls.call('beginIncident', { ...about([page], options), body: bodyOf(incident) });
  }

  /** Writes on about an incident. */
  async update(
    page: string,
    id: string,
    update: IncidentUpdateOptions,
    options: CallOptions = {},
  ): Promise<StatusIncident> {
    return this.#calls.call('updateIncident', { ...about([page, id], options), body: bodyOf(update) });
  }

  /** Removes an incident that was written by mistake. */
  async remove(page: string, id: string, options: CallOptions = {}): Promise<StatusIncident> {
    return this.#calls.call('removeIncident', about([page, id], options));
  }
}

function about(
  segments: readonly string[],
  options: CallOptions,
): { path: readonly string[]; signal: CallOptions['signal'] } {
  expectOptions(options, SIGNAL);
  const path = segments.map((segment, at) =>
    at === 0
      ? inPath(segment, 'HEARTBEAT_NO_SUCH_STATUS_PAGE', 'no such status page')
      : inPath(segment, 'HEARTBEAT_NO_SUCH_INCIDENT', 'no such incident'),
  );
  return { path, signal: options.signal };
}
