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
  const document = once(async () => {
    const { openApi } = await import('../contract/document.js');
    const body = asciiJson(openApi(limits));
    return { head: jsonHead(body.length), body };
  });
  const page = once(async () => {
    const { openApi } = await import('../contract/document.js');
    const { docsPage } = await import('../docs/page.js');
    return docsPage(openApi(limits));
  });
  for (const [path, made] of [
    ['/openapi.json', document],
    ['/docs', page],
  ] as const) {
    resources.add(path, {
      get: async (exchange) => {
        const { head, body } = await made();
        exchange.answer(200, head, body);
      },
    });
  }
}

function once(make: () => Promise<Fixed>): () => Promise<Fixed> {
  let made: Promise<Fixed> | undefined;
  return () => (made ??= make());
}
