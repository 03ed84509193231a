import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { openApi } from '../../../src/http/contract/document.js';
import { Contract } from '../../support/contract.js';

/** A block of shell and the next block of JSON, with any text in between. */
const CALL_AND_ANSWER = /```sh\n([^`]*)```(?:(?!```)[\s\S])*```json\n([^`]*)```/g;
const CURL = /curl(?: -X (\w+))? '?http:\/\/127\.0\.0\.1:3519([^'\s?]+)(\?[^'\s]*)?/g;

describe('the page of the API', () => {
  const page = readFileSync('docs/api.md', 'utf8');
  const contract = new Contract(openApi({ batch: 10_000, page: 10_000 }));
  const called = [...page.matchAll(CURL)].map(([, method = 'GET', path = '', query = '']) => ({
    method,
    path,
    query: new URLSearchParams(query),
  }));

  it('calls nothing that is not in the OpenAPI document, by no parameter that is not', () => {
    expect(called).to.have.length.greaterThan(20);
    for (const { method, path, query } of called) {
      const found = contract.find(method, path);
      expect(found, `${method} ${path}`).to.not.equal(undefined);
      const parameters = found?.operation.parameters.filter((each) => each.in === 'query');
      expect(parameters?.map(({ name }) => name) ?? []).to.include.members([...query.keys()]);
    }
  });

  it('shows every call', () => {
    const shown = new Set(
      called.map(({ method, path }) => contract.find(method, path)?.operation.operationId),
    );
    expect([...shown]).to.include.members(contract.calls.map(({ operation }) => operation.operationId));
  });

  it('shows answers as the document has them', () => {
    let checked = 0;
    for (const [, shell = '', json = ''] of page.matchAll(CALL_AND_ANSWER)) {
      const [last] = [...shell.matchAll(CURL)].slice(-1);
      const found = last && contract.find(last[1] ?? 'GET', last[2] ?? '');
      const answer = JSON.parse(json) as object;
      // Only part of the response is shown.
      if (found === undefined || found.path === '/supervision' || Object.keys(answer).join() === 'uptime')
        continue;
      const status = Object.keys(found.operation.responses)[0] ?? '';
      contract.check(found, Number(status), 'application/json', answer);
      checked++;
    }
    expect(checked).to.be.greaterThan(10);
  });

  it('describes every parameter of a query, and every field of the settings of a node', () => {
    const parameters = contract.calls.flatMap(({ operation }) => operation.parameters);
    for (const { name, in: place } of parameters)
      if (place === 'query') expect(page).to.include(`\`${name}\``);
    const put = contract.find('PUT', '/nodes/x')?.operation.requestBody?.content['application/json'];
    for (const field of Object.keys(put?.schema['properties'] ?? {}))
      expect(page).to.include(`| \`${field}\``);
  });
});
