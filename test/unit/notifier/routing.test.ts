import { expect } from 'chai';
import { routesOf, routesOfFailure, type Route } from '../../../actors/notifier/rules/routing.js';

const SILENCE: Route = { name: 'silence', events: ['node.failed'] };
const REPORTS: Route = { name: 'reports', events: ['node.reported_failure'] };
const RECOVERIES: Route = { name: 'recoveries', events: ['node.recovered'] };
const ALL = [SILENCE, REPORTS, RECOVERIES];
const names = (routes: readonly Route[]) => routes.map(({ name }) => name);

describe('the channels of an alert', () => {
  it('for a failure of either kind are those with at least one of its events', () => {
    const node = { labels: {}, channels: undefined };
    expect(names(routesOfFailure(ALL, node))).to.deep.equal(['silence', 'reports']);
  });

  it('are all if none of those that the node chose is configured any more', () => {
    const chosen = (...channels: string[]) => names(routesOfFailure(ALL, { labels: {}, channels }));
    expect(chosen('gone')).to.deep.equal(['silence', 'reports']);
    expect(chosen('gone', 'reports')).to.deep.equal(['reports']);
    expect(chosen()).to.deep.equal([]);
  });

  it('are those for recoveries when a node is deleted', () => {
    expect(names(routesOf(ALL, 'node.deleted', undefined))).to.deep.equal(['recoveries']);
  });
});
