import { expect } from 'chai';
import { inForce, problems } from './support.js';

const FILE = '/etc/heartbeat.yaml';

describe('maintenance windows in the configuration', () => {
  it('come once, or at the times of cron expressions', () => {
    const file = [
      'maintenance:',
      '  - { matchers: [env=prod, "name=~web-.*"], starts_at: "2027-01-31T20:00:00Z", ends_at: 1801436400, reason: switch }',
      '  - { matchers: [team=backup], cron: "0 2 * * 0", duration: 7200, time_zone: Europe/Berlin }',
      '  - { matchers: [team=backup], cron: ["0 2 * * 0", "@monthly"], duration: 0x10 }',
    ].join('\n');
    const { maintenance, shownMaintenance } = inForce({ file });
    expect(maintenance).to.deep.equal([
      {
        matchers: ['env=prod', 'name=~web-.*'],
        startsAt: Date.parse('2027-01-31T20:00:00Z'),
        endsAt: 1_801_436_400_000,
        reason: 'switch',
      },
      {
        matchers: ['team=backup'],
        cron: ['0 2 * * 0'],
        duration: 7_200_000,
        timeZone: 'Europe/Berlin',
        reason: undefined,
      },
      {
        matchers: ['team=backup'],
        cron: ['0 2 * * 0', '@monthly'],
        duration: 16_000,
        timeZone: 'UTC',
        reason: undefined,
      },
    ]);
    expect(shownMaintenance[1]).to.deep.include({
      key: 'maintenance.1',
      source: { kind: 'file', path: FILE, line: 3 },
    });
  });

  it('may be absent, or none', () => {
    for (const file of ['', 'maintenance:', 'maintenance: []'])
      expect(inForce({ file }).maintenance, file).to.deep.equal([]);
  });

  it('are refused with every problem and its line', () => {
    const file = [
      'maintenance:',
      '  - { matchers: [env], starts_at: soon, ends_at: -1h, raeson: x }',
      '  - { matchers: ["env=~.*"], cron: "61 * * * *", duration: 0, time_zone: Europe/Berlni }',
      '  - { matchers: [a=b], starts_at: 20, ends_at: 10 }',
      '  - { matchers: [a=b] }',
      '  - { matchers: [a=b], cron: "@daily", duration: 60, starts_at: 10, ends_at: 20 }',
      '  - nightly',
      '  - { matchers: ["a=~("], cron: [], reason: " " }',
    ].join('\n');
    const found = problems({ file });
    const which = 'must have matchers, and either starts_at and ends_at, or cron and duration';
    const time = 'must be Unix seconds, or an instant of ISO 8601, such as "2027-01-31T12:00:00Z"';
    const expected = [
      ['0.matchers.0', 'must have one of =, !=, =~ and !~ behind the label', 2],
      ['0.starts_at', time, 2],
      ['0.ends_at', time, 2],
      ['0.raeson', 'unknown setting; did you mean reason?', 2],
      ['1.matchers', 'at least one must not match the empty string', 3],
      ['1.duration', 'must be a number of seconds from 1 to 2678400', 3],
      ['1.time_zone', 'unknown time zone; it must be a name such as "Europe/Berlin"', 3],
      ['2.ends_at', 'must be later than starts_at', 4],
      ['3', which, 5],
      ['4', which, 6],
      ['5', which, 7],
      ['6.duration', 'must be a number of seconds from 1 to 2678400', 8],
      ['6.cron', 'must have at least one cron expression', 8],
      ['6.reason', 'must not be empty', 8],
    ].map(([at, problem, line]) => `maintenance.${at ?? ''}: ${problem ?? ''} (from ${FILE}:${line ?? ''})`);
    expect(found).to.include.members(expected);
    const others = found.filter((each) => !expected.includes(each));
    expect(others.map((each) => each.split(':')[0])).to.have.members([
      'maintenance.1.cron',
      'maintenance.6.matchers.0',
    ]);
    expect(problems({ file: 'maintenance: nightly' })).to.deep.equal([
      `maintenance: must be a list of windows (from ${FILE}:1)`,
    ]);
  });
});
