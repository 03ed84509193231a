import {
  isRefused,
  isSchema,
  valueIn,
  type Content,
  type Examples,
  type JsonSchema,
  type OpenApiDocument,
  type OperationObject,
  type Parameter,
  type ResponseObject,
} from '../../contract/openapi.js';
import { unixPathOf } from '../../../domain/unix-address.js';
import { html, inline, prose, type Html } from '../../pages/html.js';
import { ICON_LINK } from '../../pages/icon.js';
import { policyOf } from '../../pages/styled-page.js';
import { fieldsOf, meaningOf, nameOf, textOf, typeOf } from './schema.js';
import { DOCS_STYLE } from './style.js';

/** Nothing may be loaded; the only style is part of the page. */
const POLICY = policyOf(DOCS_STYLE, { images: ['data:'], formAction: "'none'" });

interface Call {
  readonly method: string;
  readonly path: string;
  readonly operation: OperationObject;
}

/**
 * The document as a page. It is rendered here because Swagger UI and similar tools need scripts, which the page's policy
 * forbids.
 *
 * @param url of the API, for the commands on the page; `unix:` and the path of its Unix socket where it has none
 */
export function docsPage(
  document: OpenApiDocument,
  url: string,
): { readonly head: string[]; readonly body: string } {
  const { info, tags, components } = document;
  const calls = callsOf(document);
  const body = `<!doctype html>\n${
    html`<html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${info.title}</title>
        ${ICON_LINK}${DOCS_STYLE.element}
      </head>
      <body>
        <div class="page">
          <nav aria-label="Calls">
            <strong>${info.title} ${info.version}</strong>
            <div class="tags">
              ${tags.map(
                ({ name }) =>
                  html`<h2><a href="#tag-${name}">${name}</a></h2>
                    <ul>
                      ${ofTag(calls, name).map(link)}
                    </ul>`,
              )}
              <h2><a href="#schemas">Schemas</a></h2>
            </div>
          </nav>
          <main>
            <h1>${info.title}</h1>
            ${prose(info.description)}
            <p class="dim">As OpenAPI 3.1: <a href="openapi.json">openapi.json</a>.</p>
            ${tags.map(
              ({ name, description }) =>
                html`<h2 id="tag-${name}">${name}</h2>
                  <p>${description}</p>
                  ${ofTag(calls, name).map((call) => section(call, components.schemas, url))}`,
            )}
            <h2 id="schemas">Schemas</h2>
            ${Object.entries(components.schemas).map(
              ([name, schema]) =>
                html`<section class="call" id="schema-${name}">
                  <h3>${name}</h3>
                  ${meaningOf(schema)}${fieldsOf(schema).length === 0 ? html`<p class="dim">${typeOf(schema)}</p>` : fieldsOf(schema)}
                </section>`,
            )}
          </main>
        </div>
      </body>
    </html>`.text
  }\n`;
  return {
    head: [
      'content-type',
      'text/html; charset=utf-8',
      'content-length',
      String(body.length),
      'content-security-policy',
      POLICY,
      'x-content-type-options',
      'nosniff',
      'referrer-policy',
      'no-referrer',
    ],
    body,
  };
}

function callsOf({ paths }: OpenApiDocument): readonly Call[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
}

function ofTag(calls: readonly Call[], tag: string): readonly Call[] {
  return calls.filter(({ operation }) => operation.tags.includes(tag));
}

function link({ method, path, operation }: Call): Html {
  return html`<li>
    <a href="#${operation.operationId}">${badge(method)}<code>${path}</code></a>
  </li>`;
}

function badge(method: string): Html {
  return html`<span class="method ${method.toLowerCase()}">${method}</span>`;
}

type Schemas = OpenApiDocument['components']['schemas'];

function section(call: Call, schemas: Schemas, url: string): Html {
  const { method, path, operation } = call;
  const { operationId, summary, description, security, parameters, requestBody, responses } = operation;
  const [scope] = security.flatMap((requirement) => Object.values(requirement).flat());
  return html`<section class="call" id="${operationId}">
    <h3>${badge(method)} <code>${path}</code></h3>
    <p><strong>${summary}</strong></p>
    ${description === undefined ? '' : prose(description)}
    <p class="dim">
      ${scope === undefined ? 'No key required.' : html`Requires a key with the scope <code>${scope}</code>, if keys are configured.`}
    </p>
    <pre><code>${curlOf(call, url)}</code></pre>
    ${
      parameters.length === 0
        ? ''
        : html`<h4>Parameters</h4>
            ${parameterTable(parameters)}`
    }
    ${
      requestBody === undefined
        ? ''
        : html`<h4>Request body</h4>
            ${contentOf(requestBody.content)}`
    }
    <h4>Responses</h4>
    ${Object.entries(responses).map(([status, response]) => answerOf(status, response, schemas))}
  </section>`;
}

/** What an answer means, and its fields; those of an error are the same everywhere. */
function answerOf(status: string, { description, content = {} }: ResponseObject, schemas: Schemas): Html {
  const types = Object.values(content).map(({ schema }) => typeOf(schema));
  const fields = status.startsWith('2')
    ? Object.values(content).flatMap(({ schema }) => fieldsIn(schema, schemas))
    : [];
  return html`<div class="answer">
    <p>
      <code>${status}</code> ${inline(description)}
      ${types.length === 0 ? '' : html`<span class="dim">${types}</span>`}
    </p>
    ${fields} ${examplesOf(content)}
  </div>`;
}

/** The fields of an object, of one that is named, or of the elements of a list. */
function fieldsIn(schema: JsonSchema, schemas: Schemas): readonly Html[] {
  const { $ref, items } = schema;
  const named = typeof $ref === 'string' ? schemas[nameOf($ref)] : undefined;
  if (named !== undefined) return fieldsOf(named);
  if (isSchema(items)) return fieldsIn(items, schemas);
  return fieldsOf(schema);
}

function parameterTable(parameters: readonly Parameter[]): Html {
  const areDescribed = parameters.some(
    ({ description, schema }) => description !== undefined || schema['description'] !== undefined,
  );
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th>Name</th>
          <th>Type</th>
          ${areDescribed ? html`<th>Description</th>` : ''}
        </tr>
      </thead>
      <tbody>
        ${parameters.map(
          ({ name, in: place, schema, description }) =>
            html`<tr>
              <td><code>${name}</code> <span class="dim">${place}</span></td>
              <td>
                ${typeOf(schema)}${schema['default'] === undefined ? '' : html` <span class="dim">default: ${textOf(schema['default'])}</span>`}
              </td>
              ${areDescribed ? html`<td>${description === undefined ? meaningOf(schema) : prose(description)}</td>` : ''}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function contentOf(content: Content): Html {
  return html`${Object.entries(content).map(
    ([type, { schema }]) =>
      html`<p class="dim"><code>${type}</code>: ${typeOf(schema)}</p>
        ${meaningOf(schema)}${fieldsOf(schema)}`,
  )}`;
}

function examplesOf(content: Content): Html {
  return html`${Object.values(content).flatMap(({ examples = {} }) =>
    Object.entries(examples).map(
      ([name, example]) =>
        html`<details>
          <summary>Example: ${name.replaceAll('_', ' ')}</summary>
          <pre><code>${JSON.stringify(valueIn(example), null, 2)}</code></pre>
        </details>`,
    ),
  )}`;
}

/** A command that sends the first example that the daemon takes. */
function curlOf({ method, path, operation: { parameters, requestBody } }: Call, base: string): string {
  const bodies = requestBody?.content['application/json']?.examples;
  const sent = [bodies, ...parameters.map(({ examples }) => examples)].filter((each) => each !== undefined);
  const example = sent
    .flatMap((examples) => Object.keys(examples))
    .find((name) => !sent.some((examples) => isRefused(examples[name])));
  const valueOf = (examples: Examples = {}): unknown => valueIn(examples[example ?? '']);
  let target = path;
  const query: string[] = [];
  for (const { name, in: place, examples } of parameters) {
    const value = valueOf(examples);
    if (value === undefined) continue;
    if (place === 'path') target = target.replace(`{${name}}`, textOf(value));
    else query.push(`${name}=${textOf(value)}`);
  }
  const socket = unixPathOf(base);
  const origin = socket === undefined ? base : 'http://localhost';
  const url = `${origin}${target}${query.length === 0 ? '' : `?${query.join('&')}`}`;
  const body = valueOf(bodies);
  return [
    'curl',
    ...(socket === undefined ? [] : ['--unix-socket', quoted(socket)]),
    ...(method === 'GET' ? [] : ['-X', method]),
    query.length === 0 ? url : `'${url}'`,
    ...(body === undefined ? [] : ['-d', `'${JSON.stringify(body)}'`]),
  ].join(' ');
}

/** A word for a shell. */
function quoted(text: string): string {
  return /^[\w@%+:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
