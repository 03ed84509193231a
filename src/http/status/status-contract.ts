import * as z from 'zod';
import { failure } from '../../views/error-answer.js';
import { incidentId, statusIncident, statusIncidents } from '../../views/incident-answers.js';
import { incidentBody, incidentUpdateBody } from '../../views/incident-view.js';
import { statusPageBody } from '../../views/status-page-settings.js';
import { statusPageAnswer, statusPagesAnswer } from '../../views/status-page-view.js';
import { type Operations, unavailable } from '../contract/operation.js';

const page = z.string().meta({ description: 'The name of a status page.' });
const NOBODY = '00000000000000000000000000';

const noPage = { means: 'There is no such page.', body: failure };
const configured = {
  means: 'The configuration has this page, so it is changed there only.',
  body: failure,
};
const precondition = { means: '`If-Match` or `If-None-Match` does not hold.', body: failure };
const noIncident = { means: 'There is no such page, or no such incident on it.', body: failure };
const forbidden = { means: 'The key is limited to some nodes, or has another scope.', body: failure };
const tooMany = {
  means:
    'The page has 100 incidents that go on, or there are 1,000 of all pages, or the incident has 50 updates.',
  body: failure,
};
const unknownPage = {
  name: 'no_such_page',
  path: { page: 'nowhere' },
  status: 404,
  answer: { error: 'no such status page', code: 'HEARTBEAT_NO_SUCH_STATUS_PAGE' },
};

/** Status pages for the public, and what is written on them. */
export const statusOperations: Operations = {
  'GET /status': {
    id: 'statusPages',
    tag: 'status',
    summary: 'List the status pages',
    description: 'Those of the configuration, and those that were made through the API.',
    scope: 'read',
    answers: {
      200: { means: 'The pages.', body: statusPagesAnswer },
      403: { means: 'The key is limited to some nodes.', body: failure },
      503: unavailable,
    },
    examples: [{ name: 'none', status: 200, answer: { pages: [] } }],
  },
  'PUT /status/{page}': {
    id: 'putStatusPage',
    tag: 'status',
    summary: 'Make or change a status page',
    description:
      'The page is public at once. `website`, `time_zone` and `logo` stay as they are where they are left out; `null` is the default.',
    scope: 'admin',
    path: { page },
    body: { 'application/json': statusPageBody },
    answers: {
      200: { means: 'The page was changed, which is on disk.', body: statusPageAnswer },
      201: { means: 'The page was made, which is on disk.', body: statusPageAnswer },
      400: { means: 'The body or the name is invalid.', body: failure },
      403: forbidden,
      409: configured,
      412: precondition,
      429: { means: '100 pages were made through the API.', body: failure },
      503: unavailable,
    },
    examples: [
      {
        name: 'no_name',
        path: { page: 'Web.1' },
        body: { title: 'Example', groups: [{ title: 'Website', labels: { team: 'web' } }] },
        status: 400,
        answer: {
          error: 'the name of a status page must be at most 64 lower-case letters, digits and "-"',
          code: 'HEARTBEAT_INVALID_STATUS_PAGE_NAME',
        },
      },
    ],
  },
  'DELETE /status/{page}': {
    id: 'deleteStatusPage',
    tag: 'status',
    summary: 'Delete a status page',
    description: 'With what was written on it.',
    scope: 'admin',
    path: { page },
    answers: {
      200: { means: 'The page as it was.', body: statusPageAnswer },
      400: { means: 'The name is invalid, or the request has a body.', body: failure },
      403: forbidden,
      404: noPage,
      409: configured,
      412: precondition,
      503: unavailable,
    },
    examples: [unknownPage],
  },
  'GET /status/{page}': {
    id: 'statusPage',
    tag: 'status',
    summary: 'A status page for the public',
    description:
      'Answered without a key, in German or English by `Accept-Language`. With `.rss` behind the name it is a feed of what was written, where `public_url` is set. What it shows is at most 10 seconds old, and is cached as long.',
    scope: undefined,
    path: { page },
    answers: {
      200: { means: 'HTML, or RSS.', body: z.string(), type: 'text/html; charset=utf-8' },
      304: { means: 'It is still the one that `If-None-Match` names.' },
      404: noPage,
      503: {
        means: 'The same page, which says that nothing is known at present.',
        body: z.string(),
        type: 'text/html; charset=utf-8',
      },
    },
    examples: [unknownPage],
  },
  'GET /status/{page}/logo': {
    id: 'statusLogo',
    tag: 'status',
    summary: 'The logo of a status page',
    description: 'Answered without a key.',
    scope: undefined,
    path: { page },
    answers: {
      200: { means: 'The image.', body: z.string(), type: 'image/*' },
      304: { means: 'It is still the one that `If-None-Match` names.' },
      404: { means: 'There is no such page, or it has no logo.', body: failure },
    },
    examples: [unknownPage],
  },
  'GET /status/{page}/incidents': {
    id: 'statusIncidents',
    tag: 'status',
    summary: 'List what was written on a status page',
    description: 'Newest first.',
    scope: 'read',
    path: { page },
    answers: { 200: { means: 'The incidents.', body: statusIncidents }, 404: noPage },
    examples: [unknownPage],
  },
  'POST /status/{page}/incidents': {
    id: 'beginIncident',
    tag: 'status',
    summary: 'Write about an incident',
    description:
      'It is on the page at once. Beyond 100 incidents of a page, or 1,000 of all pages, the oldest one that is resolved goes.',
    scope: 'admin',
    path: { page },
    body: { 'application/json': incidentBody },
    answers: {
      201: { means: 'The incident, which is on disk.', body: statusIncident },
      400: { means: 'The body is invalid.', body: failure },
      403: forbidden,
      404: noPage,
      429: tooMany,
      503: unavailable,
    },
    examples: [
      {
        ...unknownPage,
        body: { title: 'Payments fail', text: 'We are looking into it.', state: 'investigating' },
      },
    ],
  },
  'POST /status/{page}/incidents/{id}': {
    id: 'updateIncident',
    tag: 'status',
    summary: 'Write on about an incident',
    description: 'With the state `resolved` it is over. An update after that opens it again.',
    scope: 'admin',
    path: { page, id: incidentId },
    body: { 'application/json': incidentUpdateBody },
    answers: {
      200: { means: 'The incident with the update, which is on disk.', body: statusIncident },
      400: { means: 'The body is invalid.', body: failure },
      403: forbidden,
      404: noIncident,
      429: tooMany,
      503: unavailable,
    },
    examples: [
      {
        ...unknownPage,
        path: { page: 'nowhere', id: NOBODY },
        body: { text: 'Payments work again.', state: 'resolved' },
      },
    ],
  },
  'DELETE /status/{page}/incidents/{id}': {
    id: 'removeIncident',
    tag: 'status',
    summary: 'Remove an incident from a status page',
    description: 'For what was written by mistake. Feed readers may have it already.',
    scope: 'admin',
    path: { page, id: incidentId },
    answers: {
      200: { means: 'The incident as it was.', body: statusIncident },
      400: { means: 'The request has a body.', body: failure },
      403: forbidden,
      404: noIncident,
      503: unavailable,
    },
    examples: [{ ...unknownPage, path: { page: 'nowhere', id: NOBODY } }],
  },
};
