import { expect } from 'chai';
import { alertKey, lateKey, stateKey, unnotifiedKey } from '../../../src/adapters/history/alert-keys.js';
import { KIND, metaKey } from '../../../src/adapters/history/format.js';
import { ageKey, bodyKeyOf, jobKey, pingKey, pingUuidKey } from '../../../src/adapters/history/ping-codec.js';
import { nodeKey, statusKeyOf } from '../../../src/adapters/history/node-codec.js';
import {
  acknowledgedKey,
  flipKey,
  pastKey,
  pauseKey,
} from '../../../src/adapters/history/node-past-codec.js';
import { incidentRecords } from '../../../src/adapters/history/incident-codec.js';
import type { StatusIncidentId } from '../../../src/domain/status-incident.js';
import { overrideRecords } from '../../../src/adapters/history/override-codec.js';
import { signInRecords } from '../../../src/adapters/history/sign-in-codec.js';
import { silenceRecords } from '../../../src/adapters/history/silence-codec.js';
import { statusPageRecords } from '../../../src/adapters/history/status-page-codec.js';
import type { OverrideId } from '../../../src/domain/rota-override.js';
import type { SilenceId } from '../../../src/domain/silence.js';
import { nameOfRecord } from '../../../src/adapters/history/record-name.js';
import {
  blindKey,
  endedKeyOf,
  healedRecords,
  openKey,
  sessionKey,
} from '../../../src/adapters/history/session-codec.js';
import { parseTextId } from '../../../src/domain/user-id.js';
import { instant } from '../../../src/domain/time.js';
import { probeResultsKey } from '../../../src/adapters/history/probe-results-codec.js';
import { uptimeDayKey } from '../../../src/adapters/history/uptime-codec.js';
import { alertId } from '../../support/alert-records.js';
import { node, user } from '../../support/ids.js';

const ANN = user('9007199254740993');
const BOB = parseTextId('bob "1"') ?? expect.fail();
const DB = node('db "1"\n');
const AT = instant(1_700_000_000_000);
const SHOWN = '2023-11-14T22:13:20.000Z';
const ALERT = alertId(AT);

const NAMES: readonly (readonly [Buffer, string])[] = [
  [metaKey('watermark'), 'fact "watermark"'],
  [sessionKey(ANN, AT), `session of user 9007199254740993 from ${SHOWN}`],
  [openKey(ANN), 'open session of user 9007199254740993'],
  [
    endedKeyOf(sessionKey(ANN, AT), instant(AT + 5)),
    `index of ends, for the session of user 9007199254740993 from ${SHOWN}`,
  ],
  ...healedRecords(3, 7, [ANN, BOB]).map(({ key }) => [key, 'heals of recovery 3'] as const),
  [sessionKey(BOB, AT), `session of user "bob \\"1\\"" from ${SHOWN}`],
  [openKey(BOB), 'open session of user "bob \\"1\\""'],
  [
    endedKeyOf(sessionKey(BOB, AT), instant(AT + 5)),
    `index of ends, for the session of user "bob \\"1\\"" from ${SHOWN}`,
  ],
  [
    blindKey({ from: AT, to: instant(AT + 1), cause: 'restarted' }),
    `blind interval from ${SHOWN} to 2023-11-14T22:13:20.001Z`,
  ],
  [nodeKey(DB), 'node "db \\"1\\"\\n"'],
  [statusKeyOf(nodeKey(DB)), 'status of the node "db \\"1\\"\\n"'],
  [uptimeDayKey(DB, AT), `uptime of a day of the node "db \\"1\\"\\n" at ${SHOWN}`],
  [probeResultsKey(DB), 'results of probes of the node "db \\"1\\"\\n"'],
  [flipKey(DB, AT), `flip of the node "db \\"1\\"\\n" at ${SHOWN}`],
  [acknowledgedKey(DB, AT), `acknowledgement of the node "db \\"1\\"\\n" at ${SHOWN}`],
  [signInRecords.key('ab'.repeat(32)), 'sign-in'],
  [pauseKey(DB, AT), `pause of the node "db \\"1\\"\\n" at ${SHOWN}`],
  [
    pastKey(flipKey(DB, AT), AT),
    `index of flips, pauses and acknowledgements, for the flip of the node "db \\"1\\"\\n" at ${SHOWN}`,
  ],
  [pingUuidKey('5bf66975-d4c7-4bf5-bcc8-b8d8a82ea278'), 'index of ping UUIDs'],
  [jobKey(DB), 'job of the node "db \\"1\\"\\n"'],
  [pingKey(DB, 7), 'ping 7 of the node "db \\"1\\"\\n"'],
  [bodyKeyOf(pingKey(DB, 7)), 'body of a ping 7 of the node "db \\"1\\"\\n"'],
  [ageKey(pingKey(DB, 7), AT), 'index of pings, for the ping 7 of the node "db \\"1\\"\\n"'],
  [alertKey(ALERT), `alert ${ALERT}`],
  [stateKey('held', ALERT), `index of states of alerts, for the alert ${ALERT}`],
  [lateKey(AT, ALERT), `index of late alerts, for the alert ${ALERT}`],
  [unnotifiedKey(DB), 'unnotified channels of the node "db \\"1\\"\\n"'],
  [silenceRecords.key(String(ALERT) as SilenceId), `silence ${ALERT}`],
  [incidentRecords.key(String(ALERT) as StatusIncidentId), `incident of a status page ${ALERT}`],
  [statusPageRecords.key('web'), 'status page "web"'],
  [overrideRecords.key(String(ALERT) as OverrideId), `override of a rota ${ALERT}`],
];

describe('the name of a record in the log', () => {
  it('says what the record is about, whatever its kind', () => {
    for (const [key, name] of NAMES) expect(nameOfRecord(key)).to.equal(name);
    expect(NAMES.map(([key]) => key[0])).to.have.members(Object.values(KIND));
  });

  it('is the kind of a key that cannot be read, if that is known', () => {
    expect(nameOfRecord(Buffer.of(KIND.SESSION, 1))).to.equal('session');
    expect(nameOfRecord(Buffer.of(KIND.NODE))).to.equal('node');
    for (const unknown of [Buffer.of(), Buffer.of(0x99)])
      expect(nameOfRecord(unknown)).to.equal('record of an unknown kind');
  });
});
