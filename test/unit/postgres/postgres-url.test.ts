import { expect } from 'chai';
import {
  InvalidPostgresUrl,
  parsePostgresUrl,
  shownUrl,
} from '../../../src/adapters/postgres/postgres-url.js';

function problemsOf(url: string): readonly string[] {
  try {
    parsePostgresUrl(url);
  } catch (error) {
    if (error instanceof InvalidPostgresUrl) return error.problems;
    throw error;
  }
  return [];
}

describe('the URL of a database', () => {
  it('names servers, user, password and database', () => {
    const address = parsePostgresUrl(
      'postgres://me:s%40cret@one.example.org,two:6000,[::1]:6001/heart?sslmode=verify-ca&target_session_attrs=read-write',
    );
    const { password, ...rest } = address;
    expect(rest).to.deep.equal({
      hosts: [
        { host: 'one.example.org', port: 5432 },
        { host: 'two', port: 6000 },
        { host: '::1', port: 6001 },
      ],
      user: 'me',
      database: 'heart',
      sslMode: 'verify-ca',
    });
    expect(password?.reveal()).to.equal('s@cret');
    expect(JSON.stringify(address)).not.to.include('s@cret');
    expect(shownUrl(address)).to.equal('postgres://me@one.example.org:5432,two:6000,[::1]:6001/heart');
  });

  it('may have a socket in place of a server, and no password', () => {
    const { hosts, password } = parsePostgresUrl('postgresql://me@%2Fvar%2Frun%2Fpostgresql/heart');
    expect(hosts).to.deep.equal([{ host: '/var/run/postgresql', port: 5432 }]);
    expect(password).to.equal(undefined);
  });

  for (const [hosts, mode] of [
    ['db.example.org', 'verify-full'],
    ['localhost,db.example.org', 'verify-full'],
    ['localhost', 'disable'],
    ['127.0.0.1:1,[::1]', 'disable'],
    ['%2Ftmp', 'disable'],
  ] as const) {
    it(`has sslmode ${mode} for ${hosts} unless it says otherwise`, () => {
      expect(parsePostgresUrl(`postgres://me@${hosts}/heart`).sslMode).to.equal(mode);
      expect(parsePostgresUrl(`postgres://me@${hosts}/heart?sslmode=require`).sslMode).to.equal('require');
    });
  }

  for (const [url, problem] of [
    ['mysql://me@host/heart', 'must begin with postgres://'],
    ['postgres://host/heart', 'must name a user: postgres://user@host/database'],
    ['postgres://me@host', 'must name a database: postgres://user@host/database'],
    ['postgres://me@/heart', 'must name a host'],
    ['postgres://me@one,,two/heart', 'must name a host'],
    ['postgres://me@host:70000/heart', 'a port must be between 1 and 65535'],
    ['postgres://me@host:/heart', 'a port must be between 1 and 65535'],
    ['postgres://me@host/a/b', 'a / in the name of a database must be written as %2F'],
    ['postgres://me:p@ss@host/heart', 'an @ in a password must be written as %40'],
    ['postgres://me:p#ss@host/heart', '# and spaces must be written as %23 and %20'],
    ['postgres://me:p%ss@host/heart', 'the password holds a % that begins no escape: write it as %25'],
    [
      'postgres://me@host/heart?sslmode=prefer',
      'sslmode must be one of disable, require, verify-ca, verify-full',
    ],
    ['postgres://me@host/heart?sslmode=require&sslmode=disable', 'each parameter must be given once'],
    [
      'postgres://me@host/heart?target_session_attrs=any',
      'target_session_attrs must be read-write or primary: only that server is used',
    ],
    ['postgres://me@host/heart?sslrootcert=x', 'the parameter sslrootcert is not known: use store_ca_file'],
    [
      'postgres://me@host/heart?connect_timeout=1',
      'has an unknown parameter; known are sslmode and target_session_attrs',
    ],
  ] as const) {
    it(`is refused: ${url}`, () => {
      expect(problemsOf(url)).to.deep.equal([problem]);
    });
  }

  it('is refused with every problem, and without what may be a password', () => {
    const problems = problemsOf('postgres://me:pa/ss@host:x?sslmode=no&ca=1');
    expect(problems).to.have.length.above(2);
    expect(problems.join()).not.to.match(/pa\/ss|ss@/);
    expect(problemsOf('postgres://me:a?pass&pass@host/heart').join()).not.to.include('pass');
    expect(problemsOf('postgres://me@host/heart?pass&pass').join()).not.to.include('pass');
  });
});
