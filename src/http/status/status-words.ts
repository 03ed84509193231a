import type { IncidentState } from '../../domain/status-incident.js';
import type { GroupState, Overall } from './status-facts.js';

export const LANGUAGES = ['en', 'de'] as const;

export type Language = (typeof LANGUAGES)[number];

/** What a status page says besides what the configuration and people have written. */
export interface StatusWords {
  readonly language: Language;
  /** For dates and numbers. */
  readonly locale: string;
  readonly overall: Readonly<Record<Overall, string>>;
  readonly group: Readonly<Record<GroupState, string>>;
  readonly incident: Readonly<Record<IncidentState, string>>;
  /** Before a time. */
  readonly asOf: string;
  readonly doubt: {
    readonly starting: string;
    readonly unreadable: string;
    readonly restricted: string;
    /** Around the two times. */
    readonly blind: readonly [string, string, string];
  };
  readonly groups: string;
  readonly openIncidents: string;
  readonly pastIncidents: string;
  readonly noIncidents: string;
  readonly maintenance: string;
  readonly maintenanceNow: string;
  readonly of: string;
  readonly until: string;
  /** @param ratio undefined where nothing is known */
  readonly uptime: (ratio: string | undefined) => string;
  readonly uptimeBeingRead: string;
  readonly uptimeUnreadable: string;
  /** @param days with an outage, of those of the strip */
  readonly strip: (ratio: string | undefined, days: number) => string;
  readonly firstDay: string;
  readonly today: string;
  /** @param more there are more than are listed */
  readonly outages: (count: number, more: boolean) => string;
  readonly ongoing: string;
  readonly feed: string;
  readonly times: (zone: string) => string;
  readonly dayDown: string;
}

const en: StatusWords = {
  language: 'en',
  locale: 'en-GB',
  overall: {
    up: 'All systems operational',
    incident: 'We are handling an incident',
    checking: 'A system is being checked',
    maintenance: 'Maintenance is under way',
    partly: 'Some systems have an outage',
    down: 'All systems have an outage',
    unknown: 'The state is not known',
  },
  group: {
    up: 'Operational',
    checking: 'Being checked',
    partly: 'Partial outage',
    down: 'Outage',
    maintenance: 'Maintenance',
    unwatched: 'Not monitored at present',
    unknown: 'Not known',
  },
  incident: {
    investigating: 'Investigating',
    identified: 'Cause identified',
    monitoring: 'Monitoring',
    resolved: 'Resolved',
  },
  asOf: 'As of',
  doubt: {
    starting: 'Monitoring has just started. Nothing is known yet; the page can be loaded again in a moment.',
    unreadable: 'Monitoring cannot read its data at present. What is shown here may be missing something.',
    restricted:
      'Monitoring is restricted at present. Known outages are shown; other systems may be down too.',
    blind: ['Monitoring was interrupted from ', ' to ', '. What has failed since then may not be known yet.'],
  },
  groups: 'Systems',
  openIncidents: 'Current incidents',
  pastIncidents: 'Past incidents',
  noIncidents: 'No incidents have been reported.',
  maintenance: 'Scheduled maintenance',
  maintenanceNow: 'Under way',
  of: 'Affects',
  until: 'to',
  uptime: (ratio) => (ratio === undefined ? 'No data yet' : `${ratio} uptime`),
  uptimeBeingRead: 'Uptime is being calculated. Load the page again in a moment.',
  uptimeUnreadable: 'Uptime cannot be read at present.',
  strip: (ratio, days) =>
    ratio === undefined
      ? 'No data of the last 90 days yet.'
      : `Uptime of the last 90 days: ${ratio}. ${days === 0 ? 'No day' : days === 1 ? 'One day' : `${String(days)} days`} with an outage.`,
  firstDay: '90 days ago',
  today: 'Today',
  outages: (count, more) =>
    count === 1 ? '1 outage' : more ? `The last ${count} outages` : `${count} outages`,
  ongoing: 'now',
  feed: 'Subscribe by RSS',
  times: (zone) =>
    zone === 'UTC' ? 'All times are UTC.' : `Times are those of ${zone}, with their UTC offset.`,
  dayDown: 'uptime',
};

const de: StatusWords = {
  language: 'de',
  locale: 'de-DE',
  overall: {
    up: 'Alle Systeme laufen',
    incident: 'Wir arbeiten an der Behebung einer Störung',
    checking: 'Ein System wird geprüft',
    maintenance: 'Eine Wartung läuft',
    partly: 'Einige Systeme sind ausgefallen',
    down: 'Alle Systeme sind ausgefallen',
    unknown: 'Der Zustand ist nicht bekannt',
  },
  group: {
    up: 'Läuft',
    checking: 'Wird geprüft',
    partly: 'Teilweise ausgefallen',
    down: 'Ausgefallen',
    maintenance: 'Wartung',
    unwatched: 'Zurzeit nicht überwacht',
    unknown: 'Nicht bekannt',
  },
  incident: {
    investigating: 'Wird untersucht',
    identified: 'Ursache gefunden',
    monitoring: 'Wird beobachtet',
    resolved: 'Behoben',
  },
  asOf: 'Stand:',
  doubt: {
    starting:
      'Die Überwachung ist gerade gestartet. Noch ist nichts bekannt; bitte die Seite gleich neu laden.',
    unreadable: 'Die Überwachung kann ihre Daten zurzeit nicht lesen. Hier kann etwas fehlen.',
    restricted:
      'Die Überwachung ist zurzeit eingeschränkt. Bekannte Ausfälle werden gezeigt; auch andere Systeme können ausgefallen sein.',
    blind: [
      'Die Überwachung war unterbrochen von ',
      ' bis ',
      '. Was seitdem ausgefallen ist, ist vielleicht noch nicht bekannt.',
    ],
  },
  groups: 'Systeme',
  openIncidents: 'Aktuelle Störungen',
  pastIncidents: 'Frühere Störungen',
  noIncidents: 'Es wurden keine Störungen gemeldet.',
  maintenance: 'Geplante Wartung',
  maintenanceNow: 'Läuft gerade',
  of: 'Betrifft',
  until: 'bis',
  uptime: (ratio) => (ratio === undefined ? 'Noch keine Daten' : `${ratio} verfügbar`),
  uptimeBeingRead: 'Die Verfügbarkeit wird berechnet. Bitte die Seite gleich neu laden.',
  uptimeUnreadable: 'Die Verfügbarkeit kann zurzeit nicht ermittelt werden.',
  strip: (ratio, days) =>
    ratio === undefined
      ? 'Noch keine Daten der letzten 90 Tage.'
      : `Verfügbarkeit der letzten 90 Tage: ${ratio}. ${days === 0 ? 'Kein Tag' : days === 1 ? 'Ein Tag' : `${String(days)} Tage`} mit einem Ausfall.`,
  firstDay: 'Vor 90 Tagen',
  today: 'Heute',
  outages: (count, more) =>
    count === 1 ? '1 Ausfall' : more ? `Die letzten ${count} Ausfälle` : `${count} Ausfälle`,
  ongoing: 'jetzt',
  feed: 'Per RSS abonnieren',
  times: (zone) => (zone === 'UTC' ? 'Alle Zeiten in UTC.' : `Zeiten in ${zone}, mit Abweichung von UTC.`),
  dayDown: 'Verfügbarkeit',
};

export const WORDS: Readonly<Record<Language, StatusWords>> = { en, de };

/** Times and numbers as a language writes them, in one time zone. */
export class Formats {
  readonly #time: Intl.DateTimeFormat;
  readonly #day: Intl.DateTimeFormat;
  readonly #percent: Intl.NumberFormat;

  constructor({ locale }: StatusWords, timeZone: string) {
    this.#time = new Intl.DateTimeFormat(locale, {
      timeZone,
      day: 'numeric',
      month: 'short',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
      // Of zones that have several names, only this one is understood everywhere.
      timeZoneName: 'shortOffset',
    });
    // A date has no zone.
    this.#day = new Intl.DateTimeFormat(locale, {
      timeZone: 'UTC',
      day: 'numeric',
      month: 'short',
      year: 'numeric',
    });
    this.#percent = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
  }

  /** As in `30 Nov 2026, 14:03 UTC` or `30 Nov 2026, 15:03 UTC+1`. */
  time(at: number): string {
    return this.#time.format(at).replace(/GMT(?:\+0$)?/, 'UTC');
  }

  /** @param date as in `2026-11-30` */
  day(date: string): string {
    return this.#day.format(Date.parse(`${date}T00:00:00Z`));
  }

  /** Never rounded up: 100 % is all of it. */
  percent(ratio: number): string {
    return `${this.#percent.format(Math.floor(ratio * 10_000) / 100)} %`;
  }
}
