import { createConfig, lintFromString } from '@redocly/openapi-core';
import { expect } from 'chai';
import { openApi } from '../../../src/http/contract/document.js';
import { CONTRACT_LIMITS } from '../../support/routes.js';

/** They end in a WebSocket or on another page: their success is no 2xx. */
const WITHOUT_2XX = ['/socket', '/sign-in/openid', '/sign-in/openid/callback'];

/** What `redocly lint` says with its recommended rules, warnings included. */
async function complaintsOf(document: object): Promise<readonly string[]> {
  const config = await createConfig({ extends: ['recommended'] });
  const problems = await lintFromString({ source: JSON.stringify(document), config });
  return problems.map(({ ruleId, message, location }) => {
    const [{ pointer } = { pointer: '' }] = location;
    return `${ruleId} ${(pointer ?? '').replaceAll('~1', '/')}: ${message}`;
  });
}

describe('the OpenAPI document, by the linter of Redocly', () => {
  for (const userIds of ['integer', 'text'] as const) {
    it(`has no errors, and three warnings that are wrong, with ids of the kind ${userIds}`, async () => {
      expect(await complaintsOf(openApi(CONTRACT_LIMITS, { userIds }))).to.have.members(
        WITHOUT_2XX.map(
          (path) =>
            `operation-2xx-response #/paths/${path}/get/responses: Operation must have at least one \`2XX\` response.`,
        ),
      );
    });
  }

  it('would not be with an example that the daemon refuses among those to send', async () => {
    const text = JSON.stringify(openApi(CONTRACT_LIMITS));
    expect(text).to.include('"x-refused-value":"nobody"');
    const complaints = await complaintsOf(
      JSON.parse(text.replaceAll('"x-refused-value"', '"value"')) as object,
    );
    expect(complaints.join('\n')).to.match(/^no-invalid-parameter-examples .*\/checkup/m);
    expect(complaints.join('\n')).to.match(/^no-invalid-media-type-examples /m);
  });
});
