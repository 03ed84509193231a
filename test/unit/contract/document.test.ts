import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { expect } from 'chai';
import { openApi } from '../../../src/http/contract/document.js';
import { valueIn } from '../../../src/http/contract/openapi.js';
import { Contract } from '../../support/contract.js';
import { allRoutes, CONTRACT_LIMITS } from '../../support/routes.js';

describe('the OpenAPI document', () => {
  const document = openApi(CONTRACT_LIMITS);
  const contract = new Contract(document);
  const routes = allRoutes();

  it('is OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate({ ...document });
    expect(errors ?? []).to.deep.equal([]);
    expect(valid).to.equal(true);
  });

  it('says where the API is: at the public URL, or where the document comes from', () => {
    expect(document.servers).to.deep.equal([{ url: '/' }]);
    const url = 'https://alive.example.org/h';
    expect(openApi(CONTRACT_LIMITS, { url }).servers).to.deep.equal([{ url }]);
  });

  it('has the version of the daemon', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(document.info.version).to.equal(version);
  });

  it('has every existing route', () => {
    for (const { method, path } of routes) {
      const asked = path.replaceAll(/:\w+/g, 'x');
      // A path without its last part only answers with an error.
      const documented = contract.find(method, asked) ?? contract.find(method, `${asked}/x`);
      expect(documented, `${method} ${path} is not documented`).to.not.equal(undefined);
    }
  });

  it('has no other routes', () => {
    const there = routes.map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
    expect(there).to.include.members(contract.calls.map(({ method, path }) => `${method} ${path}`));
  });

  it('asks for the scope that the route does', () => {
    for (const { method, path, needs } of routes) {
      const documented = contract.find(method, path.replaceAll(/:\w+/g, 'x'));
      if (documented === undefined) continue;
      // A user's own token may read that user, too, which no scope of a key expresses.
      const scope = needs === 'checkup' ? 'read' : needs;
      const asked = documented.operation.security.flatMap(({ bearer }) => bearer);
      expect(asked, `${method} ${path}`).to.deep.equal(scope === 'nothing' ? [] : [scope]);
    }
  });

  it('gives every call a name of its own, and a group', () => {
    const ids = contract.calls.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).to.equal(ids.length);
    const groups = document.tags.map(({ name }) => name);
    for (const { operation } of contract.calls) expect(groups).to.include.members(operation.tags);
  });

  it('asks for a key with a scope everywhere but for the dashboard, for status pages, for signing in, where an orchestrator asks, and where a frame or the path brings it', () => {
    const open = contract.calls.filter(({ operation }) => operation.security.length === 0);
    const pings = ['/ping/{uuid}', '/ping/{key}/{slug}', '/ping/{key}/{slug}/{says}'];
    expect(new Set(open.map(({ path }) => path))).to.deep.equal(
      new Set([
        '/',
        '/assets/{file}',
        '/status/{page}',
        '/status/{page}/logo',
        '/session',
        '/sign-in',
        '/sign-in/openid',
        '/sign-in/openid/callback',
        '/socket',
        '/healthz',
        '/readyz',
        '/readyz/storing',
        '/links/{token}',
        '/badge/{file}',
        ...pings,
      ]),
    );
    for (const { operation } of contract.calls) {
      if (operation.security.length === 0) continue;
      const [scope] = operation.security[0]?.['bearer'] ?? [];
      expect(scope, operation.operationId).to.be.oneOf(['heal', 'read', 'admin']);
    }
  });

  it('has examples that are as their schemas say', () => {
    let examples = 0;
    for (const call of contract.calls) {
      for (const [status, { content = {} }] of Object.entries(call.operation.responses)) {
        for (const [type, media] of Object.entries(content)) {
          for (const example of Object.values(media.examples ?? {})) {
            examples++;
            contract.check(call, Number(status), type, valueIn(example));
          }
        }
      }
    }
    expect(examples).to.be.greaterThan(40);
  });

  it('has the limits in force, from the schemas that check the requests', () => {
    const parameter = (path: string, name: string) =>
      contract.find('GET', path)?.operation.parameters.find((each) => each.name === name);
    expect(parameter('/nodes', 'limit')?.schema).to.deep.include({ minimum: 1, maximum: 500, default: 500 });
    expect(parameter('/heart_rhythm/1', 'order')?.schema).to.deep.include({
      default: 'asc',
      enum: ['asc', 'desc'],
    });
    const batch = contract.find('POST', '/heal')?.operation.requestBody?.content['application/json'];
    expect(batch?.schema).to.deep.include({ type: 'array', maxItems: 100 });
    const put = contract.find('PUT', '/nodes/x')?.operation.requestBody?.content['application/json'];
    expect(put?.schema).to.have.nested.property('properties.paused');
  });

  it('is ASCII when it is answered, and a page that is', async () => {
    const { docsPage } = await import('../../../src/http/ops/docs/page.js');
    const { body } = docsPage(document, 'https://alive.example.org/h');
    expect(/^[\n\u0020-\u007e]*$/.test(body)).to.equal(true);
    expect(body).to.not.match(/<script|javascript:|\son\w+=|style="/);
    expect(body).to.include('curl https://alive.example.org/h/checkup/12345<');
    // A command sends what the daemon takes.
    expect(body).to.include('curl https://alive.example.org/h/events<');
  });
});
