import { expect } from 'chai';
import { SsrfGuard } from '../../../src/adapters/channels/http/ssrf-guard.js';

/** One address of each special-purpose block that alerts must not be sent to, and services of clouds. */
const REFUSED = [
  // Of this machine, and link-local ones.
  ...['0.0.0.0', '0.1.2.3', '127.0.0.1', '127.255.255.254', '169.254.169.254', '169.254.170.2'],
  ...['::', '::1', 'fe80::1', 'fe80::a9fe:a9fe%eth0', 'fec0::1'],
  // Metadata and other services of clouds.
  ...['100.100.100.200', '168.63.129.16', '192.0.0.192'],
  ...['fd00:ec2::254', 'fd00:ec2::23', 'fd20:ce::254', 'fd00:42::42'],
  // Documentation, benchmarks, reserved ones, multicast.
  ...['192.0.2.1', '198.51.100.1', '203.0.113.1', '198.18.0.1', '192.0.0.8', '192.88.99.1', '240.0.0.1'],
  ...['224.0.0.1', '239.1.2.3', '255.255.255.255', 'ff02::1', 'ff0e::1'],
  ...['2001:db8::1', '3fff::1', '2001:2::1', '2001::1', '2001:10::1', '100::1', '100:0:0:1::1', '5f00::1'],
  ...['4000::1', '::2', 'e000::1'],
  // IPv4 addresses inside IPv6 addresses.
  ...['::127.0.0.1', '::7f00:1', '::8.8.8.8', '2002:7f00:1::', '2002:808:808::1', '::ffff:0:7f00:1'],
  ...['::ffff:127.0.0.1', '::ffff:7f00:1', '0:0:0:0:0:ffff:169.254.169.254', '::ffff:100.100.100.200'],
  ...[
    '64:ff9b::127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b::168.63.129.16',
    '64:ff9b:1::1',
  ],
];

const PERMITTED = [
  ...['8.8.8.8', '168.63.129.17', '2606:4700::1111', '2a00:1450::1'],
  ...['10.0.0.1', '172.16.0.1', '192.168.1.1', '100.64.0.1', '100.101.102.103', 'fd12:3456::1'],
  // NAT64, by which IPv6-only networks reach IPv4.
  ...['64:ff9b::8.8.8.8', '64:ff9b::808:808', '::ffff:8.8.8.8', '::ffff:10.0.0.1'],
];

describe('the addresses that a name may stand for', () => {
  const guard = new SsrfGuard([]);

  for (const address of REFUSED) {
    it(`do not include ${address}`, () => expect(guard.permits(address)).to.equal(false));
  }

  for (const address of PERMITTED) {
    it(`include ${address}`, () => expect(guard.permits(address)).to.equal(true));
  }

  it('do not include text that is not an address', () => {
    for (const text of ['', 'localhost', '1.2.3', '::g']) expect(guard.permits(text), text).to.equal(false);
  });

  it('include each of these where it is allowed, however it is written', () => {
    for (const address of REFUSED) {
      expect(new SsrfGuard([address.replace(/%.*/, '')]).permits(address), address).to.equal(true);
    }
    const loopback = new SsrfGuard(['127.0.0.0/8', 'fd00:ec2::/32']);
    for (const address of ['127.1.2.3', '::ffff:127.0.0.1', '64:ff9b::7f00:1', 'fd00:ec2::254']) {
      expect(loopback.permits(address), address).to.equal(true);
    }
    for (const address of ['169.254.1.1', '::1', '::127.0.0.1']) {
      expect(loopback.permits(address), address).to.equal(false);
    }
  });
});
