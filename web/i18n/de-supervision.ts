import type { supervisionInEnglish } from './en-supervision.js';

const count = new Intl.NumberFormat('de');

/** What the view of the supervision tree says, in German. */
export const supervisionInGerman: typeof supervisionInEnglish = {
  tree: 'Supervision-Baum',
  treeMeans:
    'Jeder Supervisor startet seine Kinder neu, wenn sie abstürzen. Jeder Benutzer und jeder Node hat einen eigenen Actor, in Shards.',
  actorsRunning: 'Laufende Actors',
  crashedOnly: 'Abgestürzt',
  waitingOnly: 'Mit wartenden Nachrichten',
  downOnly: 'Läuft nicht',
  byCondition: 'Nach Zustand',
  findActor: 'Pfade durchsuchen',
  noActorFits: 'Kein Actor passt.',
  fewerWords: 'Entfernen Sie ein Wort oder einen Filter.',
  restartsShort: 'Neustarts',
  ownActors: 'Actors von Benutzern oder Nodes',
  crashesWithin: (n) =>
    n === 1 ? 'davon 1 eines Actors darin' : `davon ${count.format(n)} von Actors darin`,
  firstOf: (n) => `die ${count.format(n)} mit den meisten Neustarts`,
  actor: 'Actor',
  actorState: 'Zustand',
  mailbox: 'Mailbox',
  mailboxOf: (n) => (n === 1 ? '1 Nachricht' : `${count.format(n)} Nachrichten`),
  actorsIn: (n) => (n === 1 ? '1 Actor' : `${count.format(n)} Actors`),
  childrenIn: (n) => (n === 1 ? '1 Kind' : `${count.format(n)} Kinder`),
  restartsOf: (n) => (n === 1 ? '1 Neustart' : `${count.format(n)} Neustarts`),
  lastCrash: 'Letzter Absturz',
  noCrash: 'keiner',
  running: 'läuft',
  starting: 'startet',
  waitingToStart: 'wartet auf den Start',
  stopping: 'stoppt',
  stopped: 'gestoppt',
  incarnation: 'Starts',
  restartPolicy: 'Wenn er endet',
  permanent: 'wird er neu gestartet',
  transient: 'wird er nach einem Absturz neu gestartet',
  temporary: 'wird er nicht neu gestartet',
  intensity: 'Maximale Neustarts',
  intensityOf: (restarts, seconds) =>
    `${count.format(restarts)} in ${seconds}, dann entscheidet die Ebene darüber`,
  strategy: 'Strategie',
  openBranch: (name) => `Kinder von ${name} zeigen`,
  closeBranch: (name) => `Kinder von ${name} ausblenden`,
  unknownActor: 'Diesen Actor gibt es jetzt nicht. Vielleicht wurde er gestoppt.',
  toTree: 'Der ganze Baum',
  figures: 'Details',
  deadLetterMessages: 'Unzustellbare Nachrichten',
  deadLettersMean:
    'Nachrichten, die kein Actor behandelt hat. Wer auf eine wartete, bekam einen Fehler zur Antwort.',
  noDeadLetters: 'Seit dem Start des Daemons gibt es keine.',
  deadLettersSince: (shown, total) =>
    shown === total ? count.format(total) : `die letzten ${count.format(shown)} von ${count.format(total)}`,
};
