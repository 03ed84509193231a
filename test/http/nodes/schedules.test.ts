import { expect } from 'chai';
import { DaemonOverHttp } from './support.js';

/** A Tuesday, 23:13:20 in Berlin. */
const FIRST = Date.parse('2023-11-15T03:00:00Z') / 1000;

describe('the schedule of a node', () => {
  let http: DaemonOverHttp;

  beforeEach(async () => {
    http = await DaemonOverHttp.start();
  });

  afterEach(() => http.stop());

  const put = (body: object) => http.call('PUT', '/nodes/backup', body);

  it('is shown as it was given, with the next expected instant in place of a timeout', async () => {
    const schedule = { cron: '0 4 * * 1-5', time_zone: 'Europe/Berlin', grace: 600 };
    const created = await put({ schedule });
    expect(created.status).to.equal(201);
    expect(created.json).to.deep.include({
      schedule,
      next_expected: FIRST,
      deadline: FIRST,
      timeout: null,
      max_retries: null,
    });
    const shown = (await http.call('GET', '/nodes/backup')).json;
    expect(shown).to.have.property('settings_tag');
    expect(shown).to.deep.include(created.json);
    const both = { cron: ['0 6 * * *', '@hourly'], time_zone: 'UTC', grace: 0.5 };
    expect((await put({ schedule: both })).json).to.deep.include({ schedule: both });
  });

  it('may be an interval, and has an hour of grace unless one is given', async () => {
    const { json } = await put({ schedule: { every: 3600 } });
    expect(json).to.deep.include({
      schedule: { every: 3600, grace: 3600 },
      next_expected: http.now + 3600,
      deadline: http.now + 3600,
    });
    expect((await put({ schedule: { cron: '0 4 * * *' } })).json).to.deep.include({
      schedule: { cron: '0 4 * * *', time_zone: 'UTC', grace: 3600 },
    });
  });

  it('expects nothing while the node is paused', async () => {
    await put({ schedule: { every: 60 } });
    expect((await http.call('POST', '/nodes/backup/pause')).json).to.include({
      next_expected: null,
      deadline: null,
    });
    expect((await http.call('POST', '/nodes/backup/resume')).json).to.include({
      next_expected: http.now + 60,
    });
  });

  it('replaces a timeout, and is replaced by one', async () => {
    await put({ timeout: 90, max_retries: 1 });
    expect((await put({ schedule: { every: 60 } })).json).to.include({ timeout: null, max_retries: null });
    expect((await put({ labels: { team: 'infra' } })).json).to.have.property('schedule');
    const { json } = await put({ max_retries: 2 });
    expect(json)
      .to.include({ timeout: 30, max_retries: 2 })
      .and.not.have.any.keys('schedule', 'next_expected');
    await put({ schedule: { every: 60 } });
    expect((await put({ schedule: null })).json)
      .to.include({ timeout: 30, max_retries: 3 })
      .and.not.have.any.keys('schedule', 'next_expected');
  });

  for (const [settings, ...problems] of [
    [
      { schedule: { every: 60 }, timeout: 30, max_retries: 1 },
      ['timeout', 'a node with a schedule has none: remove one of the two'],
      ['max_retries', 'a node with a schedule has none: remove one of the two'],
    ],
    [{ schedule: {} }, ['schedule.every', 'must be a number of seconds']],
    [{ schedule: 'daily' }, ['schedule', 'must be an object with every, or with cron and time_zone']],
    [
      { schedule: { every: 60, cron: '0 4 * * *' } },
      ['schedule.cron', 'unknown field; a schedule has every, or cron and time_zone, and a grace'],
    ],
    [
      { schedule: { every: 60, time_zone: 'UTC' } },
      ['schedule.time_zone', 'unknown field; a schedule has every, or cron and time_zone, and a grace'],
    ],
    [{ schedule: { every: 0 } }, ['schedule.every', 'must be at least 0.001 seconds']],
    [
      { schedule: { cron: '* * * * * *' } },
      [
        'schedule.cron',
        'must have five fields (minute, hour, day of the month, month, day of the week): the least interval is a minute',
      ],
    ],
    [{ schedule: { cron: '0 0 30 2 *' } }, ['schedule.cron', 'never comes: there is no such day']],
    [
      { schedule: { cron: ['0 4 * * *', '0 0 31 6 *'] } },
      ['schedule.cron.1', 'never comes: there is no such day'],
    ],
    [{ schedule: { cron: [] } }, ['schedule.cron', 'must have at least one cron expression']],
    [
      { schedule: { cron: Array.from({ length: 11 }, () => '0 4 * * *') } },
      ['schedule.cron', 'must have at most 10 cron expressions'],
    ],
    [
      { schedule: { cron: `0 ${'4,'.repeat(200)}4 * * *` } },
      ['schedule.cron', 'must have at most 255 characters'],
    ],
    [
      { schedule: { cron: '0 4 * * *', time_zone: 'Europe/Atlantis' } },
      ['schedule.time_zone', 'unknown time zone; it must be a name such as "Europe/Berlin"'],
    ],
    [
      { schedule: { cron: '0 4 * * *', time_zone: '+02:00' } },
      ['schedule.time_zone', 'unknown time zone; it must be a name such as "Europe/Berlin"'],
    ],
  ] as const)
    it(`is refused in words: ${JSON.stringify(settings).slice(0, 60)}`, async () => {
      const { status, json } = await put(settings);
      expect(status).to.equal(400);
      expect(json)
        .to.have.property('problems')
        .that.deep.equals(problems.map(([path, problem]) => ({ path, problem })));
      expect((await http.call('GET', '/nodes/backup')).status).to.equal(404);
    });
});
