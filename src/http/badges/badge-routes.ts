import type { Request } from 'express';
import type { Daemon } from '../../app/api/daemon.js';
import { ANYBODY } from '../../domain/access.js';
import { BADGE_KINDS, BADGE_SHOWS, type BadgeShow } from '../../domain/badge.js';
import type { Clock } from '../../ports/clock.js';
import { queryProblem } from '../../views/messages.js';
import type { BadgeOptions } from '../public-options.js';
import { readQuery, refuseQuery } from '../input/query.js';
import type { Resources } from '../resources.js';
import { isEveryNodePermitted, isNodePermitted } from '../security/authorization.js';
import type { Exchange } from '../server/exchange.js';
import { asciiJson, jsonHead } from '../server/json-answer.js';
import { BadgeReader, type BadgeFacts } from './badge-facts.js';
import { badgeImage } from './badge-image.js';
import { badgeQuery, badgesQuery } from './badge-query.js';

const FILE = /^(.+)\.(svg|json)$/s;
/** A page of any site may show a badge. */
const EMBEDDED = [
  'cache-control',
  'public, max-age=60',
  'cross-origin-resource-policy',
  'cross-origin',
  'access-control-allow-origin',
  '*',
];
const NO_SECRET =
  'badges of a daemon with keys are signed: set auth.link_secret_env or auth.link_secret_file, and public_url';
/** Seconds, the fewest that shields.io takes. */
const CACHED_BY_SHIELDS = 300;

/** `/badge/<node or label>.svg` and `.json`, and `GET /badges`, which gives their addresses. */
export function addBadges(
  resources: Resources,
  daemon: Daemon,
  clock: Pick<Clock, 'now' | 'wall'>,
  options: () => BadgeOptions,
): void {
  const reader = new BadgeReader(daemon.nodes, clock);
  resources
    .add('/badge/:file', {
      get: {
        needs: 'nothing',
        isLong: true,
        handle: (exchange, request) => answerBadge(reader, options(), exchange, request),
      },
    })
    .add('/badges', {
      get: {
        handle: (exchange) => {
          answerAddresses(options(), exchange);
        },
      },
    });
}

async function answerBadge(
  reader: BadgeReader,
  { signer }: BadgeOptions,
  exchange: Exchange,
  request: Request,
): Promise<void> {
  const { show, sig = '' } = readQuery(exchange.request.url ?? '', badgeQuery);
  const [, subject, form] = FILE.exec(String(request.params['file'])) ?? [];
  // Without keys anybody may read; with keys the signature is the credential.
  const permitted = BADGE_KINDS.filter(
    (kind) =>
      subject !== undefined && (exchange.access.may('read') || signer?.isSigned(kind, subject, sig) === true),
  );
  const facts = subject === undefined ? undefined : await reader.read(subject, show, permitted);
  if (subject === undefined || facts === undefined) exchange.refuse('HEARTBEAT_NO_SUCH_BADGE');
  else if (form === 'svg') {
    const image = badgeImage(titleOf(subject, show), facts.message, facts.color);
    const head = ['content-type', 'image/svg+xml', 'content-length', String(image.length)];
    exchange.answer(200, [...head, ...EMBEDDED], image);
  } else {
    const body = asciiJson(shieldsView(titleOf(subject, show), facts));
    exchange.answer(200, [...jsonHead(body.length), ...EMBEDDED], body);
  }
}

function titleOf(subject: string, show: BadgeShow): string {
  return show === 'state' ? subject : `${subject} ${show}`;
}

/** As shields.io reads it: https://shields.io/badges/endpoint-badge */
function shieldsView(label: string, { message, color, isFailure }: BadgeFacts) {
  return { schemaVersion: 1, label, message, color, isError: isFailure, cacheSeconds: CACHED_BY_SHIELDS };
}

function answerAddresses({ signer, publicUrl }: BadgeOptions, exchange: Exchange): void {
  const { node, label } = readQuery(exchange.request.url ?? '', badgesQuery);
  if ((node === undefined) === (label === undefined)) refuseQuery(queryProblem.nodeOrLabel);
  if (node === undefined ? !isEveryNodePermitted(exchange) : !isNodePermitted(exchange, node)) return;
  if (signer === undefined && exchange.access !== ANYBODY) {
    exchange.refuse('HEARTBEAT_NO_SUCH_BADGE', { message: NO_SECRET });
    return;
  }
  const kind = node === undefined ? 'label' : 'node';
  const subject = node ?? `${label?.key ?? ''}:${label?.value ?? ''}`;
  const path = `${publicUrl ?? ''}/badge/${encodeURIComponent(subject)}`;
  const addressOf = (form: string, show: BadgeShow): string => {
    const query = new URLSearchParams({
      ...(show !== 'state' && { show }),
      ...(signer !== undefined && { sig: signer.sign(kind, subject) }),
    }).toString();
    return `${path}.${form}${query === '' ? '' : `?${query}`}`;
  };
  exchange.json(200, {
    badges: BADGE_SHOWS.map((show) => ({ show, svg: addressOf('svg', show), json: addressOf('json', show) })),
  });
}
