import { alertsInGerman } from './de-alerts.js';
import { supervisionInGerman } from './de-supervision.js';
import { usersInGerman } from './de-users.js';
import { alertingInGerman } from './de-alerting.js';
import { nodeInGerman } from './de-node.js';
import { statusInGerman } from './de-status.js';
import type { Messages } from './en.js';

const count = new Intl.NumberFormat('de');

/** What the dashboard says, in German. */
export const de: Messages = {
  ...usersInGerman,
  ...alertsInGerman,
  ...supervisionInGerman,
  ...alertingInGerman,
  ...nodeInGerman,
  ...statusInGerman,

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
  someInactive: (n) => (n === 1 ? '1 Node ist inaktiv' : `${count.format(n)} Nodes sind inaktiv`),
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
  notStoring: 'Bereit, speichert aber nicht alles',
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
  firstSteps: 'Erste Schritte',
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
    'Für Cronjobs: Der Job wird registriert und einmal am Tag erwartet, bis Sie einen Zeitplan wählen. Ohne Schlüssel gilt jedes Wort als Ping-Schlüssel.',
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
  keyHint:
    'Ein Schlüssel mit dem Recht „read“, oder „admin“ zum Ändern. Der Befehl „heartbeat keys new“ macht einen.',
  keyKept:
    'Er bleibt in diesem Tab und ist vergessen, sobald der Tab geschlossen wird. Er geht nur an diesen Daemon.',
  signIn: 'Anmelden',
  signInAt: (provider) => `Mit ${provider} anmelden`,
  signOut: 'Abmelden',
  signInKept:
    'Ein Cookie, das kein Skript lesen kann, hält diesen Browser angemeldet, bis Sie sich abmelden.',
  signInNot: (sentence) =>
    `Der Schlüssel gilt hier, aber dieser Browser kann nicht angemeldet bleiben. Die Meldung des Daemons: „${sentence}“`,
  signInElsewhere: 'Um angemeldet zu bleiben, verwenden Sie die Adresse des Daemons:',
  keyUse: 'Schlüssel verwenden',
  keyForget: 'Schlüssel vergessen',
  keyRefused: (sentence) => `Der Daemon hat ihn abgelehnt: ${sentence}`,
  signedInAs: (name) => `Angemeldet als ${name}`,
  keyOf: (name) => `Schlüssel: ${name}`,
  readOnly: 'nur lesen',
  checking: 'Prüfe …',

  errorTitle: 'Das konnte nicht gelesen werden',
  errorOld: 'Angezeigt wird der zuletzt gelesene Stand.',
  errorRetry: 'Die Seite versucht es von selbst wieder.',
  notFoundTitle: 'Diese Ansicht gibt es nicht',
  notFoundText: 'Vielleicht ist die Adresse vertippt.',
  toOverview: 'Zum Überblick',

  all: 'Alle',
  byState: 'Nach Zustand',
  searchNodes: 'Namen und Labels durchsuchen',
  label: 'Label',
  labels: 'Labels',
  anyLabel: 'Jedes Label',
  sortBy: 'Sortieren',
  sortByName: 'Nach Name',
  sortByState: 'Schlimmste zuerst',
  sortBySince: 'Letzte Änderung zuerst',
  nodesShown: (shown, of) =>
    shown === of ? count.format(of) : `${count.format(shown)} von ${count.format(of)}`,
  readingNodes: (n) => `Lese ${count.format(n)} Nodes …`,
  noNodesYet: 'Kein Node ist registriert. Der erste Heartbeat eines Namens registriert ihn.',
  noNodeFits: 'Kein Node passt. Nehmen Sie ein Wort oder einen Filter weg.',
  stripLabel: (parts) =>
    parts === '' ? 'In den letzten 6 Stunden aktiv' : `In den letzten 6 Stunden: ${parts}`,
  unknownNode: 'Kein Node heißt so. Vielleicht wurde er gelöscht.',
  toNodes: 'Alle Nodes',

  now: 'Jetzt',
  lastHeartbeat: 'Letzter Heartbeat',
  never: 'nie',
  agoBefore: 'vor ',
  agoAfter: '',
  nextDeadline: 'Nächste Frist',
  expects: 'Erwartet',
  within: (duration) => `Heartbeat innerhalb von ${duration}`,
  everyInterval: (duration) => `Heartbeat alle ${duration}`,
  adaptive: 'aus seinen Heartbeats gelernt',
  retriesOf: (n) => (n === 1 ? '1 darf fehlen' : `${count.format(n)} dürfen fehlen`),
  graceOf: (duration) => `dann ${duration} Nachfrist`,
  runSince: 'Job gestartet',
  lastRun: 'Letzter Lauf dauerte',
  acknowledged: 'Bestätigt',
  pausedUntil: 'Pausiert bis',
  cause: 'Wegen',
  maintenance: 'Wartung',
  until: 'bis',
  dependsOn: 'Hängt ab von',
  noChannels: 'keine',
  pingUrl: 'URL zum Pingen. Wer sie kennt, kann pingen.',
  uptime: 'Verfügbarkeit',
  uptimeByDay: 'Verfügbarkeit nach Tagen, der älteste zuerst',
  inDays: (n) => (n === 1 ? 'am letzten Tag' : `in den letzten ${count.format(n)} Tagen`),
  notWatched: 'nicht überwacht',
  today: 'Heute',
  incidents: 'Ausfälle',
  noIncidents: 'In dieser Zeit ist er nicht ausgefallen.',
  ofAll: (shown, of) => `die letzten ${count.format(shown)} von ${count.format(of)}`,
  stillFailed: 'noch ausgefallen',
  causeSilence: 'kein Heartbeat',
  causeHeartbeat: 'Heartbeat',
  causeReport: 'selbst gemeldet',
  flips: 'Zustandswechsel',
  noFlips: 'Seit er registriert ist, hat sich sein Zustand nicht geändert.',
  blindFor: (duration) => `der Daemon war ${duration} blind`,
  pings: 'Pings',
  took: (duration) => `dauerte ${duration}`,
  bytes: (n) => `${n} Bytes`,
  exitStatus: (status) => `Exit ${status}`,
  pingSuccess: 'Erfolg',
  pingStart: 'Start',
  pingFail: 'Fehlschlag',
  pingLog: 'Log',

  acknowledge: 'Bestätigen',
  unacknowledge: 'Bestätigung zurücknehmen',
  pause: 'Pausieren',
  resume: 'Fortsetzen',
  silence: 'Stummschalten',
  deleteNode: 'Löschen',
  cancel: 'Abbrechen',
  yourName: 'Ihr Name',
  reason: 'Grund',
  howLong: 'Wie lange',
  untilResumed: 'bis jemand ihn fortsetzt',
  acknowledgeOf: (node) => `Ausfall von ${node} bestätigen`,
  acknowledgeMeans:
    'Andere sehen, dass Sie sich kümmern, und niemand wird erinnert. Es endet, wenn der Node wieder da ist.',
  pauseOf: (node) => `${node} pausieren`,
  pauseMeans: 'Er wird nicht überwacht, und niemand wird alarmiert, bis die Pause endet.',
  silenceOf: (node) => `${node} stummschalten`,
  silenceMeans: 'Er wird weiter überwacht; Ausfälle werden gemeldet, wenn die Stummschaltung endet.',
  deleteOf: (node) => `${node} löschen?`,
  deleteMeans:
    'Der Node und seine Geschichte werden endgültig gelöscht. Sendet er noch einen Heartbeat, wird er neu registriert.',
};
