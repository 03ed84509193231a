import { expect } from 'chai';
import type { StatusPage } from '../../../src/domain/status-page.js';
import { PublishedPages } from '../../../src/http/status/published-pages.js';
import { FakeDaemon } from '../../http/support/fake-daemon.js';
import { PAGE } from '../../http/status/support.js';

describe('the pages that are public', () => {
  const made = { ...PAGE, slug: 'shop', title: 'Shop' };
  let configured: readonly StatusPage[];
  let pages: readonly StatusPage[];
  let isReadable: boolean;
  let published: PublishedPages;

  beforeEach(() => {
    const daemon = new FakeDaemon();
    daemon.serving = true;
    [configured, pages, isReadable] = [[PAGE], [made], true];
    Object.defineProperty(daemon.statusPages, 'pages', {
      get: () => {
        if (!isReadable) throw new Error('elsewhere');
        return pages;
      },
    });
    published = new PublishedPages(daemon, () => ({ pages: configured, publicUrl: null }));
  });

  it('are those of the configuration, and those that were made under other names', () => {
    expect(published.all).to.deep.equal([PAGE, made]);
    expect(published.all).to.equal(published.all);
    // A reload takes the name.
    const own = { ...PAGE, slug: 'shop', title: 'Shop of the configuration' };
    configured = [PAGE, own];
    expect(published.all).to.deep.equal([PAGE, own]);
    expect(published.isConfigured('shop')).to.equal(true);
    configured = [PAGE];
    expect(published.named('shop')).to.equal(made);
    pages = [];
    expect(published.named('shop')).to.equal(undefined);
  });

  it('are the last ones that were known while their store is elsewhere', () => {
    expect(published.named('shop')).to.equal(made);
    isReadable = false;
    expect(published.named('shop')).to.equal(made);
    expect(published.areKnown).to.equal(false);
  });
});
