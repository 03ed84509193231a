import { expect } from 'chai';
import { configurationChanges } from '../../../src/config/configuration-changes.js';
import { reloaded } from '../../../src/config/reloadable.js';
import { inForce, problems } from './support.js';

const FILE = '/etc/heartbeat.yaml';
const CHANNELS = [
  'channels:',
  '  ann-phone: { kind: log, events: [] }',
  '  ben-phone: { kind: log, events: [] }',
];
const ROTA = [
  'rotas:',
  '  ops:',
  '    people: [{ name: ann, channel: ann-phone }, { name: ben, channel: ben-phone }]',
  '    turns: weekly',
  '    start: 2026-11-30',
];

const fileOf = (...lines: readonly string[]) => lines.join('\n');

describe('rotas in the configuration', () => {
  it('have people, turns, a start, a hand-over and a time zone', () => {
    const file = fileOf(
      ...ROTA,
      '    hand_over: "09:30"',
      '    time_zone: Europe/Berlin',
      ...CHANNELS,
      '  oncall: { kind: rota, rota: ops }',
      '  second: { kind: rota, rota: ops, position: 2, after: 600 }',
    );
    const { rotas, shownRotas, channels } = inForce({ file });
    expect(rotas).to.deep.equal([
      {
        name: 'ops',
        people: [
          { name: 'ann', channel: 'ann-phone' },
          { name: 'ben', channel: 'ben-phone' },
        ],
        turns: 'weekly',
        start: Date.parse('2026-11-30T00:00:00Z'),
        handOver: 9.5 * 3_600_000,
        timeZone: 'Europe/Berlin',
      },
    ]);
    expect(shownRotas)
      .to.have.nested.property('[0].source')
      .that.deep.equals({ kind: 'file', path: FILE, line: 3 });
    const [, , oncall, second] = channels;
    expect(oncall?.shown).to.include({ kind: 'rota', rota: 'ops', position: 1 });
    expect(second?.policy).to.include({ kind: 'rota', after: 600_000 });
  });

  it('begin at midnight in UTC if nothing else is given, and may be absent', () => {
    expect(inForce({ file: fileOf(...ROTA, ...CHANNELS) }).rotas[0]).to.include({
      handOver: 0,
      timeZone: 'UTC',
    });
    for (const file of ['', 'rotas:', 'rotas: {}']) expect(inForce({ file }).rotas, file).to.deep.equal([]);
  });

  it('are refused with every problem and its line', () => {
    const found = problems({
      file: fileOf(
        'rotas:',
        '  ops: { people: [{ name: ann, channel: an-phone }], turns: weekly, start: 2026-11-30 }',
        '  web: { people: [], turns: monthly, start: 2026-02-30, hand_over: "24:00", time_zone: Europe/Berlni }',
        '  db: { people: [{ name: ann, chanel: ann-phone }], turns: daily, start: 2026-11-30 }',
        '  pager: { people: [{ name: ann, channel: duty }], turns: daily, start: 2026-11-30 }',
        '  loud: { people: [{ name: ann, channel: siren }], turns: daily, start: 2026-11-30 }',
        '  loop: { people: [{ name: ann, channel: oncall }], turns: daily, start: 2026-11-30 }',
        '  alone: { people: [{ name: ann, channel: ann-phone }], turns: daily, start: 2026-11-30 }',
        '  nobody: ann',
        ...CHANNELS,
        '  duty: { kind: pagerduty, routing_key: 0123456789abcdef0123456789abcdef }',
        '  siren: { kind: pushover, token: none, user: none, emergency: { retry: 60, expire: 3600 } }',
        '  oncall: { kind: rota, rota: oops }',
        '  second: { kind: rota, rota: alone, position: 2 }',
        '  third: { kind: rota, rota: alone, position: 3 }',
      ),
    });
    for (const expected of [
      'rotas.ops.people.0.channel: must be the name of a channel; did you mean ann-phone?',
      'rotas.web.people: must have at least one person',
      'rotas.web.turns: must be daily or weekly',
      'rotas.web.start: must be a day such as 2026-11-30',
      'rotas.web.hand_over: must be a time of day such as "09:00"',
      'rotas.web.time_zone: unknown time zone; it must be a name such as "Europe/Berlin"',
      'rotas.db.people.0.chanel: unknown setting; did you mean channel?',
      'rotas.pager.people.0.channel: must not be of the kind pagerduty: it keeps an incident open',
      'rotas.loud.people.0.channel: must not have emergency: it repeats the message until the recovery',
      'rotas.loop.people.0.channel: must be a channel of another kind than rota',
      'rotas.nobody: must be a map with people, turns and start',
      'channels.oncall.rota: must be the name of a rota; did you mean ops?',
      'channels.second.position: must be 1: the rota has one person',
      'channels.third.position: must be 1 for who is on call, or 2 for who is next',
    ])
      expect(
        found.some((line) => line.startsWith(expected)),
        `${expected}\n${found.join('\n')}`,
      ).to.equal(true);
    expect(found.every((line) => line.includes(`(from ${FILE}:`))).to.equal(true);
  });

  it('change with a reload', () => {
    const before = inForce({ file: fileOf(...ROTA, ...CHANNELS) });
    const after = inForce({ file: fileOf(...ROTA, '    hand_over: "10:00"', ...CHANNELS) });
    const change = reloaded(before, after);
    if ('problem' in change) throw new Error(change.problem);
    expect(change.applied).to.include('rotas');
    expect(change.effective.rotas[0]).to.include({ handOver: 36_000_000 });
    expect(configurationChanges(before, after, change)).to.deep.equal([
      { option: 'rotas.ops', change: 'changed', applies: 'reload' },
    ]);
    expect(reloaded(after, after)).to.have.property('applied').that.does.not.include('rotas');
  });
});
