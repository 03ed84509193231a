import type { Answers, StatusIncident, StatusPage } from './contract/types.js';
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

/** What a status page has. What is left out stays as it is; null is the default. */
export interface StatusPageSettings {
  readonly title: string;
  /** Each has all nodes with all of its labels. */
  readonly groups: readonly { readonly title: string; readonly labels: Readonly<Record<string, string>> }[];
  /** Where the title leads. */
  readonly website?: string | null | undefined;
  /** The name of an IANA time zone. */
  readonly timeZone?: string | null | undefined;
  /** An image as a data URL. */
  readonly logo?: string | null | undefined;
}

export interface StatusPageOptions extends CallOptions {
  /** Changes nothing if its settings have another tag: the `settingsTag` of a page that was read. */
  readonly settingsTag?: string | undefined;
}

export interface PutStatusPageOptions extends StatusPageOptions {
  /** Changes nothing if there is a page of this name. */
  readonly onlyNew?: boolean | undefined;
}

const SIGNAL = ['signal'];

/** Status pages, and what is written on them. */
export class Status<Id> {
  readonly #calls: HttpCalls<Id>;

  constructor(calls: HttpCalls<Id>) {
    this.#calls = calls;
  }

  /** Those of the configuration, and those that were made through the API. */
  async pages(options: CallOptions = {}): Promise<readonly StatusPage[]> {
    const { pages }: Answers['statusPages'] = await this.#calls.call('statusPages', about([], options));
    return pages;
  }

  /** Makes a page, or changes it. One that the configuration has is refused. */
  async putPage(
    page: string,
    settings: StatusPageSettings,
    { settingsTag, onlyNew = false, ...options }: PutStatusPageOptions = {},
  ): Promise<StatusPage> {
    const headers = { ...matching(settingsTag), ...(onlyNew && { 'if-none-match': '*' }) };
    return this.#calls.call('putStatusPage', { ...about([page], options), headers, body: bodyOf(settings) });
  }

  /** Deletes a page, with what was written on it. */
  async deletePage(page: string, { settingsTag, ...options }: StatusPageOptions = {}): Promise<StatusPage> {
    return this.#calls.call('deleteStatusPage', {
      ...about([page], options),
      headers: matching(settingsTag),
    });
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

function matching(settingsTag: string | undefined): Readonly<Record<string, string>> {
  return settingsTag === undefined ? {} : { 'if-match': `"${settingsTag}"` };
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
