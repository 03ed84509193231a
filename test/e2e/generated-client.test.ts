import { execFile } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import openapiTypescript, { astToString } from 'openapi-typescript';
import { ROOT } from '../support/daemon-process.js';
import { TestResources } from '../support/test-resources.js';

/** Beyond what a double holds. */
const ID = '9007199254740993';

/** A program with a client that is made of the contract. It knows the daemon by the contract alone. */
const PROGRAM = `
  import createClient from 'openapi-fetch';
  import type { paths } from './contract.js';

  const { GET, PUT, POST } = createClient<paths>({ baseUrl: process.argv[2] ?? '' });

  const healed = await PUT('/heal/{user_id}', { params: { path: { user_id: '${ID}' } } });
  const status: 'online' | undefined = healed.data?.status;

  const query = { ids: 'text' } as const;
  const one = await GET('/users/{user_id}', { params: { path: { user_id: '${ID}' }, query } });
  const listed = await GET('/users', { params: { query: { status: 'online', ...query } } });
  const many = await POST('/checkup', { params: { query }, body: ['${ID}', 404] });
  const rhythm = await GET('/heart_rhythm/{user_id}', { params: { path: { user_id: '${ID}' }, query } });

  const put = await PUT('/nodes/{name}', { params: { path: { name: 'db/1' } }, body: { timeout: 30 } });
  const state: 'active' | 'inactive' | 'failed' | undefined = put.data?.state;
  const missing = await GET('/nodes/{name}', { params: { path: { name: 'unknown' } } });

  // @ts-expect-error -- no such call
  void GET('/nobody');
  // @ts-expect-error -- the query must say which users
  void (() => GET('/users', { params: { query: {} } }));

  console.log(JSON.stringify({
    status,
    state,
    ids: [one.data?.id, listed.data?.users[0]?.id, many.data?.results[0]?.id, rhythm.data?.id],
    statuses: many.data?.results.map((result) => result.status),
    code: missing.error?.code,
    missing: missing.response.status,
  }));
`;

const TSCONFIG = {
  compilerOptions: {
    strict: true,
    target: 'es2023',
    lib: ['es2023', 'dom', 'dom.iterable'],
    module: 'nodenext',
    types: ['node'],
    outDir: 'built',
  },
  files: ['program.ts'],
};

const execute = promisify(execFile);

describe('a client that is generated from the contract', () => {
  const resources = new TestResources();
  afterEach(() => resources.clear());

  it('compiles, calls the daemon, and loses no digit of an id', async () => {
    const directory = resources.directory();
    const { url } = await resources.daemon(path.join(directory, 'data'));
    const app = path.join(directory, 'app');
    mkdirSync(app);
    symlinkSync(path.join(ROOT, 'node_modules'), path.join(app, 'node_modules'));
    const contract = astToString(await openapiTypescript(new URL('/openapi.json', url)));
    const files = {
      'contract.ts': contract,
      'program.ts': PROGRAM,
      'package.json': JSON.stringify({ type: 'module' }),
      'tsconfig.json': JSON.stringify(TSCONFIG),
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(app, name), text);
    const run = async (...args: readonly string[]): Promise<string> =>
      (await execute(process.execPath, args, { cwd: app })).stdout;
    // It writes what is wrong on standard output.
    const compiled = await run(path.join(ROOT, 'node_modules/typescript-7/bin/tsc'), '-p', '.').catch(
      (error: unknown) => (error instanceof Error && 'stdout' in error ? error.stdout : error),
    );
    expect(compiled).to.equal('');
    expect(JSON.parse(await run('built/program.js', url))).to.deep.equal({
      status: 'online',
      state: 'active',
      ids: [ID, ID, ID, ID],
      statuses: ['online', 'offline'],
      code: 'HEARTBEAT_UNKNOWN_NODE',
      missing: 404,
    });
  });
});
