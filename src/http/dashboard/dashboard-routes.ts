import { preconditionOf } from '../input/preconditions.js';
import type { Resources } from '../resources.js';
import type { Exchange } from '../server/exchange.js';
import { BuiltFiles } from './built-files.js';

/** Anybody may read the files: they say nothing about this daemon. */
const PUBLIC = { needs: 'nothing', body: 'ignored', isPublic: true } as const;

/** The page names its files by what is in them, so those never change. */
const FOR_EVER = 'public, max-age=31536000, immutable';
const ASK_AGAIN = 'no-cache';

const NOT_BUILT = 'the dashboard is not built: run npm run build';

/** Where `npm run build` puts the dashboard. */
function builtDirectory(): URL {
  return new URL('dist/web/', import.meta.resolve('#package'));
}

/** The dashboard: a page without data, which calls the API as any other client does. */
export function addDashboard(resources: Resources, files = new BuiltFiles(builtDirectory)): void {
  resources
    .add('/', {
      get: {
        ...PUBLIC,
        handle: (exchange) => answerFile(exchange, files, 'index.html', ASK_AGAIN, NOT_BUILT),
      },
    })
    .add('/assets/:file', {
      get: {
        ...PUBLIC,
        handle: (exchange, { params: { file } }) =>
          answerFile(exchange, files, `assets/${String(file)}`, FOR_EVER),
      },
    });
}

async function answerFile(
  exchange: Exchange,
  files: BuiltFiles,
  name: string,
  caching: string,
  whenMissing?: string,
): Promise<void> {
  const { request, response } = exchange;
  const found = await files.find(name, request.headers['accept-encoding']);
  if (found === undefined) {
    exchange.refuse('HEARTBEAT_NOT_FOUND', whenMissing === undefined ? {} : { message: whenMissing });
    return;
  }
  const { type, coding, etag, body } = found;
  exchange.precondition = preconditionOf(request, etag);
  // CORS may have set this header already.
  response.appendHeader('vary', 'accept-encoding');
  const validity = ['etag', etag, 'cache-control', caching];
  if (exchange.precondition === 'absent') exchange.answer(304, validity, '');
  else {
    const encoded = coding === undefined ? [] : ['content-encoding', coding];
    const head = ['content-type', type, 'content-length', String(body.length), ...encoded, ...validity];
    exchange.answer(200, head, body);
  }
}
