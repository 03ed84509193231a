import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { build, type BuildOptions } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { ROOT, type DaemonProcess } from '../support/daemon-process.js';
import { eventually } from '../support/eventually.js';
import { launchChromium, patientContext } from '../support/patient-chromium.js';
import { StaticSite, type Bundle } from '../support/static-site.js';
import { TestResources } from '../support/test-resources.js';

interface Framework {
  readonly name: string;
  /** The folder of its example. */
  readonly example: string;
  readonly main: string;
  readonly bundling: BuildOptions;
  /** `show(ids)` shows others, and `show()` unmounts the list. */
  readonly program: string;
}

const CONNECT = `
  import { connect } from '@heartbeatd/heartbeat/client';
  const { url, user } = Object.fromEntries(new URLSearchParams(location.search));
  const heartbeat = connect({ url, user });
`;

const FRAMEWORKS: readonly Framework[] = [
  {
    name: 'React',
    example: 'examples/react',
    main: 'main.jsx',
    bundling: { jsx: 'automatic' },
    program: `${CONNECT}
      import { StrictMode, useEffect, useState } from 'react';
      import { createRoot } from 'react-dom/client';
      import { HeartbeatProvider, usePresence } from '@heartbeatd/heartbeat/client/react';
      window.effects = 0;
      function People({ ids }) {
        const { online } = usePresence([...ids]);
        useEffect(() => { window.effects++; }, []);
        return <p>{online.map(({ id }) => id).join()}</p>;
      }
      function App() {
        const [ids, setIds] = useState(['ann', 'bob']);
        window.show = setIds;
        return ids && <People ids={ids} />;
      }
      createRoot(document.querySelector('#app')).render(
        <StrictMode><HeartbeatProvider client={heartbeat}><App /></HeartbeatProvider></StrictMode>,
      );
    `,
  },
  {
    name: 'Vue',
    example: 'examples/vue',
    main: 'main.js',
    bundling: { alias: { vue: 'vue/dist/vue.esm-bundler.js' } },
    program: `${CONNECT}
      import { createApp, h, shallowRef } from 'vue';
      import { heartbeatKey, usePresence } from '@heartbeatd/heartbeat/client/vue';
      const People = {
        props: ['ids'],
        setup(props) {
          const { online } = usePresence(() => props.ids);
          return () => h('p', online.value.map(({ id }) => id).join());
        },
      };
      const ids = shallowRef(['ann', 'bob']);
      window.show = (next) => { ids.value = next; };
      createApp(() => ids.value && h(People, { ids: ids.value })).provide(heartbeatKey, heartbeat).mount('#app');
    `,
  },
];

const EMPTY =
  '<!doctype html><title>Test</title><div id="app"></div><script type="module" src="main.js"></script>';

async function bundle(options: BuildOptions): Promise<Bundle> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    outdir: ROOT,
    bundle: true,
    format: 'esm',
    logLevel: 'error',
    ...options,
    write: false,
  });
  return Object.fromEntries(outputFiles.map(({ path: file, text }) => [path.extname(file).slice(1), text]));
}

describe('the client in a browser', () => {
  const resources = new TestResources();
  let browser: Browser;
  let site: StaticSite;
  let daemon: DaemonProcess;
  let thrown: string[];

  before(async () => {
    browser = await launchChromium();
  });

  after(() => browser.close());

  beforeEach(() => {
    thrown = [];
  });

  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    site.close();
    await resources.clear();
  });

  async function start(page: string, code: Bundle): Promise<void> {
    site = await StaticSite.start(page, code);
    const flags = { 'user-ids': 'text', 'cors-origins': site.origin };
    daemon = await resources.daemon(resources.directory(), flags);
  }

  async function open(user: string, prepare?: (page: Page) => void): Promise<Page> {
    const page = await (await patientContext(browser, { viewport: { width: 480, height: 320 } })).newPage();
    page.on('pageerror', ({ message }) => thrown.push(message));
    page.on('console', (message) => {
      if (message.type() === 'error') thrown.push(message.text());
    });
    prepare?.(page);
    await page.goto(`${site.origin}/?${new URLSearchParams({ user, url: daemon.url }).toString()}`);
    return page;
  }

  for (const { name, example, main, bundling, program } of FRAMEWORKS)
    describe(`with ${name}`, () => {
      it('shows in the example who is online, who comes and goes, and others once they are asked for', async () => {
        const html = readFileSync(path.join(ROOT, example, 'index.html'), 'utf8');
        const code = await bundle({ entryPoints: [path.join(example, main)], ...bundling });
        await start(html, code);
        const ann = await open('ann');
        const shows = (people: readonly string[], online: readonly string[]): Promise<unknown> =>
          eventually(async () => {
            expect(await ann.locator('ul:not(.stale) li').allInnerTexts()).to.deep.equal(people);
            expect(await ann.locator('li.online').allInnerTexts()).to.deep.equal(online);
            expect(await ann.locator('p').innerText()).to.include(
              `${online.length} of ${people.length} people are online.`,
            );
          });
        await shows(['ann', 'bob'], ['ann']);
        expect(
          await ann.evaluate(
            "getComputedStyle(document.querySelector('li.online'), '::before').backgroundColor",
          ),
        ).to.equal('rgb(45, 164, 78)');
        const bob = await open('bob');
        await shows(['ann', 'bob'], ['ann', 'bob']);
        await open('cid');
        await ann.getByRole('button').click();
        await shows(['ann', 'bob', 'cid'], ['ann', 'bob', 'cid']);
        const { FRAMEWORK_SCREENSHOTS } = process.env;
        if (FRAMEWORK_SCREENSHOTS !== undefined)
          await ann.screenshot({ path: path.join(FRAMEWORK_SCREENSHOTS, `${name}.png`) });
        await bob.goto('about:blank');
        await shows(['ann', 'bob', 'cid'], ['ann', 'cid']);
        await daemon.kill();
        await eventually(async () => expect(await ann.locator('ul.stale').count()).to.equal(1));
      });

      it('asks for each user once, gives up those who left the list, and all of them when it is unmounted', async () => {
        const code = await bundle({
          stdin: { contents: program, resolveDir: ROOT, loader: 'jsx' },
          ...bundling,
        });
        await start(EMPTY, code);
        const sent: string[] = [];
        const ann = await open('ann', (page) =>
          page.on('websocket', (socket) =>
            socket.on('framesent', ({ payload }) => {
              const { type, users } = JSON.parse(payload.toString()) as { type: string; users?: string[] };
              if (users !== undefined) sent.push(`${type} ${users.join()}`);
            }),
          ),
        );
        const shows = (online: string): Promise<unknown> =>
          eventually(async () => expect(await ann.locator('p').innerText()).to.equal(online));
        await shows('ann');
        // In development, StrictMode runs effects twice.
        if (name === 'React') expect(await ann.evaluate('effects')).to.equal(2);
        await open('cid');
        await ann.evaluate("show(['ann', 'cid'])");
        await shows('ann,cid');
        await ann.evaluate("show(['ann', 'cid'])");
        await ann.evaluate('show()');
        await eventually(async () => {
          expect(await ann.locator('p').count()).to.equal(0);
          expect(sent.at(-1)).to.equal('unwatch ann,cid');
        });
        expect(sent).to.deep.equal(['watch ann,bob', 'unwatch bob', 'watch cid', 'unwatch ann,cid']);
        expect(thrown).to.deep.equal([]);
      });
    });

  it('shows dots in the example of the element, and makes them pale while they may be wrong', async () => {
    const example = path.join(ROOT, 'examples/presence-dot');
    const code = await bundle({ entryPoints: [path.join(example, 'main.js')] });
    await start(readFileSync(path.join(example, 'index.html'), 'utf8'), code);
    const ann = await open('ann');
    const shows = (online: readonly string[]): Promise<unknown> =>
      eventually(async () => {
        const dots = "[...document.querySelectorAll('presence-dot[status=online]:not([stale])')]";
        expect(await ann.evaluate(`${dots}.map((dot) => dot.getAttribute('user'))`)).to.deep.equal(online);
      });
    await shows(['ann']);
    const bob = await open('bob');
    await shows(['ann', 'bob']);
    expect(
      await ann.evaluate("getComputedStyle(document.querySelector('presence-dot')).backgroundColor"),
    ).to.equal('rgb(45, 164, 78)');
    await bob.goto('about:blank');
    await shows(['ann']);
    await daemon.kill();
    await eventually(async () => expect(await ann.locator('presence-dot[stale]').count()).to.equal(2));
    expect(thrown.filter((message) => !/WebSocket|ERR_CONNECTION/.test(message))).to.deep.equal([]);
  });
});
