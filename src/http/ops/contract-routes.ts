import type { GatewayLimits } from '../options.js';
import { asciiJson, jsonHead, type RawHeaders } from '../json.js';
import type { Resources } from '../resource.js';

/** An answer that is always the same. */
interface Fixed {
  readonly head: RawHeaders;
  readonly body: string;
}

/** The contract, for machines and for people. Made when somebody asks: a daemon does without its memory until then. */
export function addContract(resources: Resources, limits: Pick<GatewayLimits, 'batch' | 'page'>): void {
  const document = onceFor(limits, async () => {
    const { openApi } = await import('../contract/document.js');
    const body = asciiJson(openApi(limits));
    return { head: jsonHead(body.length), body };
  });
  const page = onceFor(limits, async () => {
    const { openApi } = await import('../contract/document.js');
    const { docsPage } = await import('./docs/page.js');
    return docsPage(openApi(limits));
  });
  for (const [path, made] of [
    ['/openapi.json', document],
    ['/docs', page],
  ] as const) {
    resources.add(path, {
      get: {
        body: 'ignored',
        handle: async (exchange) => {
          const { head, body } = await made();
          exchange.answer(200, head, body);
        },
      },
    });
  }
}

/** Once, until other limits are in force: they are in what is made. */
function onceFor(
  limits: Pick<GatewayLimits, 'batch' | 'page'>,
  make: () => Promise<Fixed>,
): () => Promise<Fixed> {
  let made: { readonly of: string; readonly fixed: Promise<Fixed> } | undefined;
  return () => {
    const of = `${String(limits.batch)} ${String(limits.page)}`;
    if (made?.of !== of) made = { of, fixed: make() };
    return made.fixed;
  };
}
