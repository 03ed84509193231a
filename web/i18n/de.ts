import type { Messages } from './en.js';

const count = new Intl.NumberFormat('de');

/** What the dashboard says, in German. */
export const de: Messages = {
  overview: 'Überblick',
  nodes: 'Nodes',
  users: 'Benutzer',
  alerts: 'Alarme',
  silences: 'Stummschaltungen',
  channels: 'Kanäle',
  supervision: 'Supervision',
  apiDocs: 'API',
  skipToContent: 'Zum Inhalt springen',
  mainNavigation: 'Ansichten',

  active: 'Aktiv',
  inactive: 'Inaktiv',
  failed: 'Ausgefallen',
  paused: 'Pausiert',

  live: 'Live',
  connecting: 'Verbinde …',
  stale: 'Veraltet',
  staleTitle: 'Der Daemon antwortet nicht.',
  staleSince: (time) =>
    `Was hier steht, ist von ${time} und kann falsch sein. Die Seite versucht es von selbst wieder.`,
  staleNothing: 'Noch gibt es nichts zu zeigen. Die Seite versucht es von selbst wieder.',
  startingTitle: 'Der Daemon startet.',
  starting:
    'Er stellt seine Sitzungen wieder her und antwortet gleich. Die Seite versucht es von selbst wieder.',
  retryNow: 'Jetzt versuchen',

  usersOnline: 'Benutzer online',
  chartSince: 'seit diese Seite geöffnet wurde, um',
  usersChart: (now, least, most) =>
    `Benutzer online, seit diese Seite geöffnet wurde: jetzt ${now}, von ${least} bis ${most}`,
  usersCount: (n) =>
    n === 0
      ? 'Niemand ist online'
      : n === 1
        ? '1 Benutzer ist online'
        : `${count.format(n)} Benutzer sind online`,
  devices: (n) => (n === 1 ? 'auf 1 Gerät' : `auf ${count.format(n)} Geräten`),
  nodesByState: 'Nodes nach Zustand',
  allNodesFine: (n) =>
    n === 1 ? 'Der eine Node ist in Ordnung' : `Alle ${count.format(n)} Nodes sind in Ordnung`,
  noNodes: 'Es sind keine Nodes registriert',
  someFailed: (n, of) =>
    n === 1
      ? `1 von ${count.format(of)} Nodes ist ausgefallen`
      : `${count.format(n)} von ${count.format(of)} Nodes sind ausgefallen`,
  someLate: (n) => (n === 1 ? '1 Node ist verspätet' : `${count.format(n)} Nodes sind verspätet`),
  failedNodes: 'Ausgefallene Nodes',
  nothingFailed: 'Kein Node ist ausgefallen.',
  failedFor: 'seit',
  acknowledgedBy: (who) => `Bestätigt von ${who}`,
  notAcknowledged: 'Nicht bestätigt',
  silenced: 'stummgeschaltet',
  inMaintenance: 'in Wartung',
  causedBy: (node) => `weil ${node} ausgefallen ist`,
  moreNodes: (n) => (n === 1 ? '1 weiterer' : `${count.format(n)} weitere`),
  alertsUnderWay: 'Alarme unterwegs',
  noAlertsUnderWay: 'Nichts wartet auf Zustellung.',
  deadLetters: (n) =>
    n === 1
      ? '1 Alarm konnte nicht zugestellt werden'
      : `${count.format(n)} Alarme konnten nicht zugestellt werden`,
  atLeastDeadLetters: (n) => `${count.format(n)} oder mehr Alarme konnten nicht zugestellt werden`,
  pending: 'wartet',
  held: 'zurückgehalten',
  attempts: (n) => (n === 1 ? '1 Versuch' : `${count.format(n)} Versuche`),
  blindIntervals: 'Blinde Zeiten',
  blindExplained:
    'Zeiten, in denen der Daemon niemanden hören konnte. Niemand galt ihretwegen als offline oder ausgefallen.',
  noBlindIntervals: 'Keine sind verzeichnet.',
  stalled: 'der Daemon stand still',
  restarted: 'der Daemon wurde neu gestartet',
  daemon: 'Daemon',
  ready: 'Bereit',
  unready: 'Nicht bereit',
  condition: 'Zustand',
  upFor: 'Läuft seit',
  store: 'Speicher auf der Platte',
  storeOk: 'nimmt Daten an',
  memory: 'Arbeitsspeicher',
  ofLimit: (used, limit) => `${used} von ${limit}`,
  memoryShort: 'knapp: neue Benutzer und Nodes werden abgelehnt',
  restarts: 'Neustarts von Actors',
  andMore: 'und mehr',
  unknown: 'unbekannt',

  firstTitle: 'Noch meldet sich niemand bei diesem Daemon',
  firstIntro:
    'Fügen Sie diese Zeilen in ein Terminal ein. Jede leuchtet auf, sobald ihre Anfrage angekommen ist.',
  firstHeal: 'Ein Benutzer kommt online',
  firstHealMeans:
    'Er bleibt einige Sekunden online. Eine App sendet diese Zeile immer wieder, solange sie offen ist.',
  firstHeartbeat: 'Ein Node sendet einen Heartbeat',
  firstHeartbeatMeans:
    'Er wird mit den Einstellungen der Konfiguration registriert und fällt aus, wenn nichts mehr folgt.',
  firstPing: 'Ein Job pingt',
  firstPingMeans:
    'Für Cronjobs: Der Job wird registriert und einmal am Tag erwartet, bis Sie einen Zeitplan wählen.',
  firstPingWithKeys: 'Jeder Node hat eine eigene URL zum Pingen. Sie steht hier, sobald es einen Node gibt.',
  firstKey: 'Setzen Sie für $HEARTBEAT_KEY einen Schlüssel ein, der das darf.',
  firstDone: 'Alle drei sind angekommen. Das sehen Sie von nun an hier.',
  arrived: 'Angekommen',
  waiting: 'Wartet',
  copy: 'Kopieren',
  copied: 'Kopiert',
  hideGuide: 'Diese Zeilen ausblenden',

  keyTitle: 'Dieser Daemon verlangt einen Schlüssel',
  keyLabel: 'Schlüssel',
  keyHint: 'Ein Schlüssel mit dem Recht read, oder admin zum Ändern. heartbeat keys new macht einen.',
  keyKept:
    'Er bleibt in diesem Tab und ist vergessen, sobald der Tab geschlossen wird. Er geht nur an diesen Daemon.',
  keyUse: 'Schlüssel verwenden',
  keyForget: 'Schlüssel vergessen',
  keyRefused: (sentence) => `Der Daemon hat ihn abgelehnt: ${sentence}`,
  keyOf: (name) => `Schlüssel: ${name}`,
  readOnly: 'nur lesen',
  checking: 'Prüfe …',

  errorTitle: 'Das konnte nicht gelesen werden',
  errorRetry: 'Die Seite versucht es von selbst wieder.',
  notFoundTitle: 'Diese Ansicht gibt es nicht',
  notFoundText: 'Vielleicht ist die Adresse vertippt.',
  toOverview: 'Zum Überblick',
};
