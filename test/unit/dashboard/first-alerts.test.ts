import { expect } from 'chai';
import type { Api } from '../../../src/client/api/index.js';
import { firstAlerts, MOST_PAGES } from '../../../web/daemon/lists.js';

type Page = Api.Answers['alerts'];

/** A history of alerts, of which each page has so many that fit. */
function historyOf(...fitting: readonly number[]) {
  const asked: (string | undefined)[] = [];
  let id = 0;
  const read = async ({ cursor }: { readonly cursor?: string | undefined }): Promise<Page> => {
    asked.push(cursor);
    const at = Number(cursor ?? 0);
    const alerts = Array.from({ length: fitting[at] ?? 0 }, () => ({ id: String(id++) }) as Api.Alert);
    return { alerts, nextCursor: at + 1 < fitting.length ? String(at + 1) : null };
  };
  return { asked, read };
}

describe('the first alerts that fit', () => {
  const shown = async (most: number, ...fitting: readonly number[]) => {
    const { asked, read } = historyOf(...fitting);
    const { items, hasMore } = await firstAlerts(read, most);
    return { count: items.length, hasMore, pages: asked.length };
  };

  it('are read page by page, until there is one more than is shown', async () => {
    expect(await shown(6, 7, 7)).to.deep.equal({ count: 6, hasMore: true, pages: 1 });
    expect(await shown(6, 3, 0, 4, 9)).to.deep.equal({ count: 6, hasMore: true, pages: 3 });
    expect(await shown(6, 3, 3)).to.deep.equal({ count: 6, hasMore: false, pages: 2 });
    expect(await shown(6, 0)).to.deep.equal({ count: 0, hasMore: false, pages: 1 });
  });

  it('are looked for in a few pages only, however long the history is', async () => {
    const long = Array<number>(1_000).fill(0);
    expect(await shown(6, ...long)).to.deep.equal({ count: 0, hasMore: true, pages: MOST_PAGES });
  });
});
