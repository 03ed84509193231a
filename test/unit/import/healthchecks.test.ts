import { expect } from 'chai';
import { fromHealthchecks } from '../../../src/cli/import/healthchecks.js';

/** A check as the Management API v3 documents it, for a read-only key. */
const CHECK = {
  name: 'Filesystem Backup',
  slug: 'filesystem-backup',
  tags: 'backup fs',
  desc: 'Runs incremental backup every hour',
  grace: 600,
  n_pings: 1,
  status: 'up',
  started: false,
  last_ping: '2020-03-24T14:02:03+00:00',
  next_ping: '2020-03-24T15:02:03+00:00',
  manual_resume: false,
  methods: '',
  start_kw: '',
  success_kw: '',
  failure_kw: '',
  filter_subject: false,
  filter_body: false,
  filter_http_body: false,
  unique_key: 'a6c7b0a8a66bed0df66abfdab3c77736861703ee',
  channels: '',
  timeout: 3600,
};
const { timeout: _, ...WITHOUT_PERIOD } = CHECK;
const CRON = { ...WITHOUT_PERIOD, schedule: '15 5 * * *', tz: 'Europe/Riga' };

describe('checks of healthchecks', () => {
  it('become nodes with their name, slug, period, grace, tags and description', () => {
    const { nodes, leftOut } = fromHealthchecks([CHECK]);
    expect(leftOut).to.deep.equal([]);
    expect(nodes).to.deep.equal([
      {
        name: 'Filesystem Backup',
        settings: {
          schedule: { every: 3600, grace: 600 },
          labels: { backup: 'true', fs: 'true', description: 'Runs incremental backup every hour' },
          slug: 'filesystem-backup',
        },
        isPaused: false,
        notes: [],
      },
    ]);
  });

  it('keep cron expressions with their time zone, and tags with values', () => {
    const { nodes } = fromHealthchecks([{ ...CRON, tags: 'env=prod team:db', desc: '' }]);
    expect(nodes[0]?.settings).to.deep.include({
      schedule: { cron: '15 5 * * *', time_zone: 'Europe/Riga', grace: 600 },
      labels: { env: 'prod', team: 'db' },
    });
  });

  it('are told apart if they have the same name or slug', () => {
    const { nodes } = fromHealthchecks([CHECK, CHECK, { ...CHECK, name: '', slug: '' }]);
    expect(nodes.map(({ name, settings }) => [name, settings['slug']])).to.deep.equal([
      ['Filesystem Backup', 'filesystem-backup'],
      ['filesystem-backup', undefined],
      ['check (a6c7b0a8)', undefined],
    ]);
    expect(nodes[1]?.notes.join()).to.include('slug: another check has filesystem-backup');
  });

  it('that have an OnCalendar schedule, or one that the daemon refuses, are left out, each with its reason', () => {
    const { nodes, leftOut } = fromHealthchecks([
      { ...CRON, name: 'a', schedule: '*-*~1 12:00' },
      { ...CRON, name: 'b', schedule: '0 99 * * *' },
      { ...CRON, name: 'c', tz: 'Nowhere/Town' },
    ]);
    expect(nodes).to.deep.equal([]);
    expect(leftOut.map(({ name, reason }) => `${name}: ${reason}`)).to.satisfy((lines: string[]) =>
      [
        /^a: .*OnCalendar has no counterpart/,
        /^b: schedule\.cron: /,
        /^c: schedule\.time_zone: unknown time zone/,
      ].every((pattern, index) => pattern.test(lines[index] ?? '')),
    );
  });

  it('say what of them has no counterpart', () => {
    const found = {
      ...CHECK,
      status: 'paused',
      methods: 'POST',
      success_kw: 'OK',
      channels: 'x',
      tags: 't '.repeat(2),
    };
    const { nodes, notes } = fromHealthchecks([found]);
    expect(nodes[0]).to.include({ isPaused: true });
    expect(nodes[0]?.notes.join('\n'))
      .to.include('methods: POST')
      .and.include('filters of keywords')
      .and.include('a ping does not resume it');
    expect(notes.join('\n')).to.include('configure channels');
    const many = { ...CHECK, tags: Array.from({ length: 40 }, (_each, index) => `t${index}`).join(' ') };
    expect(fromHealthchecks([many]).nodes[0]?.notes).to.include('more than 32 labels: t32');
  });
});
